using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using FastFence.Analyzers;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>The analyzers reach whoever references the package, and nothing else comes with it.</summary>
public sealed class PackageTests
{
    private const string Analyzer = "analyzers/dotnet/cs/FastFence.Analyzers.dll";

    [Fact]
    public void ThePackageCarriesTheAnalyzersAndNoDependency()
    {
        string folder = Directory.CreateTempSubdirectory("fastfence-pack-").FullName;
        try
        {
            Pack(folder);
            using ZipArchive package = ZipFile.OpenRead(Directory.GetFiles(folder, "*.nupkg").Single());
            Assert.Empty(Faults(package));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void APackageWithoutItsAnalyzersOrWithADependencyIsReported()
    {
        using MemoryStream bytes = new();
        using (ZipArchive twin = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using StreamWriter writer = new(twin.CreateEntry("FastFence.nuspec").Open());
            writer.Write("""<package><metadata><dependencies><group><dependency id="FastFence.Analyzers" /></group></dependencies></metadata></package>""");
        }

        using ZipArchive package = new(bytes);
        Assert.Equal([$"there is no {Analyzer}", "there is no lib/net10.0/FastFence.dll", "the package has a dependency"], Faults(package));
    }

    private static string[] Faults(ZipArchive package)
    {
        List<string> faults = [];
        if (package.GetEntry(Analyzer) is not { } analyzer)
        {
            faults.Add($"there is no {Analyzer}");
        }
        else
        {
            using Stream content = analyzer.Open();
            using MemoryStream packed = new();
            content.CopyTo(packed);
            packed.Position = 0;
            using PEReader file = new(packed);
            MetadataReader types = file.GetMetadataReader();
            HashSet<string> names = [.. types.TypeDefinitions.Select(type => types.GetString(types.GetTypeDefinition(type).Name))];
            faults.AddRange(typeof(SectionAnalyzer).Assembly.GetTypes()
                .Where(type => type.IsDefined(typeof(DiagnosticAnalyzerAttribute), inherit: false) && !names.Contains(type.Name))
                .Select(type => $"{Analyzer} has no {type.Name}"));
        }

        if (package.GetEntry("lib/net10.0/FastFence.dll") is null)
        {
            faults.Add("there is no lib/net10.0/FastFence.dll");
        }

        using StreamReader specification = new(package.GetEntry("FastFence.nuspec")!.Open());
        if (specification.ReadToEnd().Contains("<dependency ", StringComparison.Ordinal))
        {
            faults.Add("the package has a dependency");
        }

        return [.. faults];
    }

    // Of what has been built: the same configuration as these tests.
    private static void Pack(string folder)
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        string configuration = root.Parent!.Name;
        while (!File.Exists(Path.Combine(root.FullName, "FastFence.sln")))
        {
            root = root.Parent ?? throw new DirectoryNotFoundException($"No FastFence.sln in or above {AppContext.BaseDirectory}");
        }

        ProcessStartInfo start = new(
            "dotnet", ["pack", Path.Combine(root.FullName, "src", "FastFence"), "--no-build", "-c", configuration, "-o", folder, "-nologo"]);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        (int code, string output, string error) = ChildProcess.Run(start);
        Assert.True(code == 0, output + error);
    }
}
