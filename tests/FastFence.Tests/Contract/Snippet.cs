using System.Collections.Immutable;
using System.Globalization;
using FastFence.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>Compiles a body of code against the library that these tests run on: the compiler's errors, the analyzers' findings.</summary>
internal static class Snippet
{
    private const string Frame = """
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
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

    private static readonly ImmutableArray<DiagnosticAnalyzer> s_analyzers =
        [new SectionAnalyzer(), new MemoryAnalyzer(), new ViewAnalyzer(), new TokenAnalyzer()];

    public static string[] ErrorsOf(string code) => ErrorsOf(Compile(code));

    /// <summary>What the analyzers say to code that compiles, as <c>FF0001 (text that is marked): message</c>.</summary>
    public static async Task<string[]> FindingsOf(string code)
    {
        CSharpCompilation compilation = Compile(code);
        Assert.Empty(ErrorsOf(compilation)); // what the compiler refuses proves nothing about an analyzer
        ImmutableArray<Diagnostic> found = await compilation
            .WithAnalyzers(s_analyzers, new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]),
                onAnalyzerException: (exception, analyzer, _) => throw new InvalidOperationException($"{analyzer} failed.", exception),
                concurrentAnalysis: false,
                logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return
        [
            .. found.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)
                .Select(diagnostic => $"{diagnostic.Id} ({TextOf(diagnostic)}): {diagnostic.GetMessage(CultureInfo.InvariantCulture)}"),
        ];
    }

    private static string TextOf(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan);

    private static CSharpCompilation Compile(string code) => CSharpCompilation.Create(
        "Snippet",
        [CSharpSyntaxTree.ParseText(Frame.Replace("{0}", code, StringComparison.Ordinal), new CSharpParseOptions(LanguageVersion.CSharp14))],
        s_references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));

    // Emitted, since what an async method may not carry over an await is found only there.
    private static string[] ErrorsOf(CSharpCompilation compilation) =>
    [
        .. compilation.Emit(Stream.Null).Diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.Id} {diagnostic.GetMessage(CultureInfo.InvariantCulture)}"),
    ];
}
