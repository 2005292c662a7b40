using System.Text.RegularExpressions;
using FastFence.Tidy.Sources;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastFence.Tidy.Layout;

/// <summary>A test's name is a sentence. Nothing here reads English: fewer than four words cannot be one.</summary>
internal static partial class TestNames
{
    private const int FewestWords = 4;

    public static IEnumerable<Finding> Check(IEnumerable<SourceFile> files) =>
        from file in files
        from method in CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
        where method.AttributeLists.SelectMany(list => list.Attributes).Any(IsTest)
        let name = method.Identifier.ValueText
        where Word().Count(name) < FewestWords || name.Contains('_', StringComparison.Ordinal)
        select new Finding(file.Path, CoreCompilation.LineOf(method.Identifier), $"{name} is no sentence: say what holds, in at least {FewestWords} words");

    private static bool IsTest(AttributeSyntax attribute)
    {
        var name = attribute.Name.ToString();
        return name.EndsWith("Fact", StringComparison.Ordinal) || name.EndsWith("Theory", StringComparison.Ordinal);
    }

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();
}
