using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FastFence.Tests.Contract;

/// <summary>Compiles a body of code against the library that these tests run on; the ids of its errors.</summary>
internal static class Snippet
{
    private const string Frame = """
        using System;
        using System.Threading.Tasks;
        using FastFence;

        {0}
        """;

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) == "netstandard.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(Fence).Assembly.Location),
    ];

    public static string[] ErrorsOf(string code)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(
            Frame.Replace("{0}", code, StringComparison.Ordinal), new CSharpParseOptions(LanguageVersion.CSharp14));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Snippet", [tree], s_references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        // Emitted, since what an async method may not carry over an await is found only there.
        return [.. compilation.Emit(Stream.Null).Diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.Id} {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}")];
    }
}
