// The core library as Roslyn sees it, built from its sources and nothing else: the checks then need neither MSBuild nor the
// built assembly, and a known-bad twin is compiled in exactly the same way.
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FastFence.Tidy.Sources;

internal static class CoreCompilation
{
    public const string Folder = "src/FastFence/";

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // A partial method of LibraryImport has no body here: its generator does not run. Nothing else may be left open.
    private const string PartialMethodWithoutBody = "CS8795";

    private static readonly CSharpParseOptions s_parse = new(
        LanguageVersion.CSharp14,
        DocumentationMode.Parse,
        preprocessorSymbols: ["NET", "NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0", "NET10_0_OR_GREATER", "NETCOREAPP", "RELEASE", "TRACE"]);

    private static readonly Lazy<MetadataReference[]> s_platform = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(path).StartsWith("Microsoft.Win32.", StringComparison.Ordinal)
                || Path.GetFileName(path) is "mscorlib.dll" or "netstandard.dll")
            .Select(path => MetadataReference.CreateFromFile(path))]);

    private static readonly Lazy<CSharpCompilation> s_real = new(() => Of(Repository.CSharpBelow(Folder)));

    /// <summary>The repository's own core library.</summary>
    public static CSharpCompilation Real => s_real.Value;

    public static CSharpCompilation Of(params IReadOnlyList<SourceFile> files) =>
        Compile("FastFence", OutputKind.DynamicallyLinkedLibrary, files);

    /// <summary>A program of one file against the public API of the core: how the README's example is compiled.</summary>
    public static CSharpCompilation ProgramAgainst(CSharpCompilation core, SourceFile program) =>
        Compile("Program", OutputKind.ConsoleApplication, [program]).AddReferences(core.ToMetadataReference());

    public static IEnumerable<Finding> Errors(CSharpCompilation compilation) =>
        compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != PartialMethodWithoutBody)
            .Select(diagnostic => new Finding(
                diagnostic.Location.SourceTree?.FilePath ?? "(compilation)",
                diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1,
                $"{diagnostic.Id} {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}"));

    public static int LineOf(SyntaxNodeOrToken place) =>
        place.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1;

    private static CSharpCompilation Compile(string name, OutputKind kind, IReadOnlyList<SourceFile> files) =>
        CSharpCompilation.Create(
            name,
            files.Append(new SourceFile("(implicit usings)", ImplicitUsings))
                .Select(file => CSharpSyntaxTree.ParseText(file.Text, s_parse, file.Path)),
            s_platform.Value,
            new CSharpCompilationOptions(kind, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
}
