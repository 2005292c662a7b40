using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>
/// The library's hot paths as the JIT compiles them for good, from this repository's sources: built here with or without a symbol, run in a
/// process of its own, read from the runtime's own disassembler.
/// </summary>
internal sealed partial class HotPaths : IDisposable
{
    private const string Driver = """
        using System;
        using FastFence;

        static class Driver
        {
            static void Main()
            {
                using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
                Timeline timeline = engine.CreateTimeline("t", new TimelineOptions { SingleEmitter = true });
                using FenceSource held = timeline.CreateFence();
                Timeline other = engine.CreateTimeline("o");
                long seen = 0;
                for (int i = 0; i < 400; i++)
                {
                    seen += HotSection(held.Fence) + HotRef(held.Fence) + HotLife(other) + HotDrop(other);
                    seen += HotIsSignaled(held.Fence) ? 1 : 0;
                    System.Threading.Thread.Sleep(i % 40 == 0 ? 60 : 0); // the JIT's second tier works beside us
                }

                Console.Error.WriteLine(seen);
            }

            static int HotSection(Fence fence)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                return section.View.IsPending(fence) ? 1 : 0;
            }

            static int HotRef(Fence fence)
            {
                fence.TryAcquire(out FenceRef reference);
                int n = reference.Fence.IsSignaled ? 1 : 0;
                reference.Dispose();
                return n;
            }

            static int HotLife(Timeline timeline)
            {
                FenceSource source = timeline.CreateFence();
                source.TrySetError(FenceError.DeviceLost);
                source.Signal();
                source.Dispose();
                return 1;
            }

            static int HotDrop(Timeline timeline)
            {
                timeline.CreateFence().Dispose();
                return 1;
            }

            static bool HotIsSignaled(Fence fence) => fence.IsSignaled;
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastfence-hot-");

    /// <summary>Compiles library and driver and runs it; each hot method's final code by name, addresses left out.</summary>
    public SortedDictionary<string, string> Disassemble(string? symbol, string setting)
    {
        string folder = Path.Combine(_folder.FullName, $"{symbol ?? "as-shipped"}-{setting}");
        Directory.CreateDirectory(folder);
        string library = Path.Combine(folder, "FastFence.dll");
        if (!File.Exists(library))
        {
            CompileLibrary(library, symbol);
        }

        string driver = Path.Combine(folder, "driver.dll");
        Emit(CSharpCompilation.Create(
            "driver", [CSharpSyntaxTree.ParseText(Driver)], [.. Platform(), MetadataReference.CreateFromFile(library)],
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true)), driver);
        File.WriteAllText(
            Path.Combine(folder, "driver.runtimeconfig.json"),
            $$$"""{"runtimeOptions":{"tfm":"net10.0","framework":{"name":"Microsoft.NETCore.App","version":"{{{Environment.Version.Major}}}.0.0"},"rollForward":"LatestMinor"}}""");
        string listing = Path.Combine(folder, "listing.txt");
        Run(driver, setting, listing);
        return Parse(File.ReadAllText(listing));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // One method after another: "; Assembly listing for method NAME (Tier1)", instructions, ";" lines of comment.
    private static SortedDictionary<string, string> Parse(string listing)
    {
        SortedDictionary<string, string> methods = new(StringComparer.Ordinal);
        foreach (string part in listing.Split("; Assembly listing for method ")[1..])
        {
            int end = part.IndexOf('\n', StringComparison.Ordinal);
            if (part[..end].Contains("(Tier1", StringComparison.Ordinal) && !part[..end].Contains("OSR", StringComparison.Ordinal))
            {
                IEnumerable<string> code = part[end..].Split('\n').Where(line => line.Length != 0 && line[0] != ';');
                methods[part[..part.IndexOf(' ', StringComparison.Ordinal)]] = Address().Replace(string.Join('\n', code), "ADDRESS");
            }
        }

        return methods;
    }

    private static void Run(string driver, string setting, string listing)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            ArgumentList = { driver },
        };
        start.Environment[CheckedMode.Variable] = setting;
        start.Environment["DOTNET_JitStdOutFile"] = listing;
        start.Environment["DOTNET_JitDisasm"] = "Hot* Signal SignalOn SignalInside Dispose DropOn Release ReleaseOn Begin BeginOn IsPending TryAcquire get_IsSignaled TrySetError TryCreateFence TryCreate";
        start.Environment["DOTNET_JitDisasmDiffable"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0"; // what was counted may differ from run to run
        (int code, _, string error) = ChildProcess.Run(start);
        Assert.True(code == 0, error);
    }

    private static void CompileLibrary(string to, string? symbol)
    {
        CSharpParseOptions parse = new(LanguageVersion.CSharp14, preprocessorSymbols: symbol == null ? ["NET10_0"] : ["NET10_0", symbol]);
        string sources = Path.Combine(RepositoryRoot(), "src", "FastFence");
        const string usings = """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
            global using System.Threading; global using System.Threading.Tasks;
            [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("driver")]
            """;
        List<SyntaxTree> trees = [CSharpSyntaxTree.ParseText(usings, parse)];
        foreach (string file in Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories))
        {
            string below = Path.GetRelativePath(sources, file);
            if (!below.StartsWith("obj", StringComparison.Ordinal) && !below.StartsWith("bin", StringComparison.Ordinal))
            {
                trees.Add(CSharpSyntaxTree.ParseText(WithoutGenerator(File.ReadAllText(file)), parse, file));
            }
        }

        Emit(CSharpCompilation.Create("FastFence", trees, Platform(), new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable)), to);
    }

    // The SDK's source generator does not run here. System calls are on no hot path, and both builds get the same.
    private static string WithoutGenerator(string source) => source.Contains("[LibraryImport(", StringComparison.Ordinal)
        ? source.Replace("[LibraryImport(", "[DllImport(", StringComparison.Ordinal).Replace("static partial ", "static extern ", StringComparison.Ordinal)
        : source;

    private static void Emit(CSharpCompilation compilation, string to)
    {
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(to);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
    }

    private static MetadataReference[] Platform() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) == "mscorlib.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static string RepositoryRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at != null && !File.Exists(Path.Combine(at.FullName, "FastFence.sln")))
        {
            at = at.Parent;
        }

        Assert.SkipWhen(at == null, "the sources are not beside the tests here");
        return at!.FullName;
    }

    [GeneratedRegex("0x[0-9a-fA-FxX]{5,}|0xD1FFAB1E")]
    private static partial Regex Address();
}
