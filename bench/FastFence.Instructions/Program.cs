// dotnet run -c Release --project bench/FastFence.Instructions               counts and compares with bench/instructions.tsv
// dotnet run -c Release --project bench/FastFence.Instructions -- --write    counts and writes that file
//
// It publishes itself by NativeAOT, runs that under callgrind, and reads the counts. Exit codes: 0 no path has become longer,
// 1 one has, 2 bad usage, 77 valgrind is not here.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastFence.Instructions;

internal static class Program
{
    private const int Skipped = 77;
    private const int Usage = 2;

    internal static int Main(string[] args)
    {
        switch (args)
        {
            case ["paths"]:
                CountedRun.Execute();
                return 0;
            case [] or ["--write"]:
                return Compare(write: args.Length != 0);
            default:
                Console.Error.WriteLine($"{string.Join(' ', args)}: give nothing to compare with bench/instructions.tsv, or --write to write it");
                return Usage;
        }
    }

    private static int Compare(bool write)
    {
        if (!Callgrind.IsHere || !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Console.WriteLine("valgrind is not here, or this is not Linux on x64: nothing is counted (apt-get install valgrind)");
            return Skipped;
        }

        string project = Project();
        string file = Path.Combine(project, "..", "instructions.tsv");
        string[] names;
        using (HotPaths paths = new())
        {
            names = [.. paths.All.Select(static p => p.Name)];
        }

        IReadOnlyDictionary<string, double> counts = Callgrind.Count(Strip(Publish(project)), names);
        if (write)
        {
            Baseline.Write(file, counts);
        }

        return Baseline.Compare(counts, Baseline.Read(file), Console.Out) ? 0 : 1;
    }

    // The checkout this was built in.
    private static string Project()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder != null && !File.Exists(Path.Combine(folder.FullName, "FastFence.Instructions.csproj")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below bench/FastFence.Instructions: run it with dotnet run");
    }

    private static string Publish(string project)
    {
        const string rid = "linux-x64";
        using Process publish = Process.Start(new ProcessStartInfo("dotnet", ["publish", "-c", "Release", "-r", rid, "-v", "quiet", "--nologo", project])
        {
            RedirectStandardOutput = true,
        })!;
        string output = publish.StandardOutput.ReadToEnd();
        publish.WaitForExit();
        string program = Path.Combine(project, "bin", "Release", "net10.0", rid, "publish", "FastFence.Instructions");
        return publish.ExitCode == 0 && File.Exists(program)
            ? program
            : throw new InvalidOperationException($"dotnet publish -c Release -r {rid} {project} failed (it needs gcc or clang): {output}");
    }

    // Valgrind gives up at debug information newer than it knows; the symbols stay.
    private static string Strip(string program)
    {
        string stripped = program + ".stripped";
        using Process strip = Process.Start("strip", ["--strip-debug", "-o", stripped, program]);
        strip.WaitForExit();
        return strip.ExitCode == 0 ? stripped : throw new InvalidOperationException($"strip --strip-debug {program} ended with {strip.ExitCode}");
    }
}
