using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace FastFence.Tests.EntryOrder;

/// <summary>The sample's code as two compilers make it. Skips, and says why, where one of them cannot be asked.</summary>
internal static class SampleCode
{
    private static string Program => Path.Combine(AppContext.BaseDirectory, "FastFence.EntrySample.dll");

    /// <summary>What the JIT made, fully optimized, by method; the last listing of a method counts.</summary>
    public static Dictionary<string, List<Instruction>> OfJit(string tier, IReadOnlyCollection<string> wanted, params (string Name, string Value)[] settings)
    {
        Dictionary<string, List<Instruction>> methods = [];
        for (int rounds = 1; rounds <= 1000 && !wanted.All(methods.ContainsKey); rounds *= 10)
        {
            // The last tier comes when it comes: longer, until it is there.
            methods = OfJit(tier, rounds, settings);
        }

        return methods;
    }

    private static Dictionary<string, List<Instruction>> OfJit(string tier, int rounds, (string Name, string Value)[] settings)
    {
        string listing = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet");
            start.ArgumentList.Add(Program);
            start.ArgumentList.Add(rounds.ToString(CultureInfo.InvariantCulture));
            start.Environment["DOTNET_JitStdOutFile"] = listing;
            start.Environment["DOTNET_JitDisasm"] =
                "*Entries:* *Twins:* *Access:Run* *FenceSignal:SignalOn *FenceSignal:SignalSeen *FenceSignal:DropOn *References:ReleaseOn *CallbackAdd:Add *CallbackAdd:Remove *Fence:get_TimestampNanoseconds";
            foreach ((string name, string value) in settings)
            {
                start.Environment[name] = value;
            }

            Run(start);
            Dictionary<string, List<Instruction>> methods = [];
            foreach ((string method, string how, List<Instruction> code) in Listing.OfJit(File.ReadAllText(listing)))
            {
                if (how.StartsWith(tier, StringComparison.Ordinal))
                {
                    methods[method.Split('(')[0]] = code;
                }
            }

            return methods;
        }
        finally
        {
            File.Delete(listing);
        }
    }

    /// <summary>What the NativeAOT compiler made: publishes the sample, nothing of it is kept.</summary>
    public static Func<string, List<Instruction>> OfNative(string folder)
    {
        string project = Path.Combine(Root(), "tests", "FastFence.EntrySample", "FastFence.EntrySample.csproj");
        ProcessStartInfo publish = new("dotnet", ["publish", project, "-c", "Release", "-r", "linux-x64", "-p:RunAnalyzers=false", "-o", folder, "-nologo"]);
        publish.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal))
        {
            Assert.Skip("The sample is published optimized: run the tests with -c Release.");
        }

        // The native runtime's packs come with the first publish.
        Run(publish, failure =>
        {
            if (failure.Contains("error NU1301", StringComparison.Ordinal))
            {
                Assert.Skip("The packs that publishing needs are not here and no package source answers.");
            }
        });
        string program = Path.Combine(folder, "FastFence.EntrySample");
        return symbol => Listing.OfObjdump(Run(new("objdump", ["-d", "--no-show-raw-insn", "-M", "intel", $"--disassemble={symbol}", program])));
    }

    public static void SkipWithout(params string[] tools)
    {
        foreach (string tool in tools)
        {
            try
            {
                Run(new(tool, ["--version"]));
            }
            catch (Win32Exception)
            {
                Assert.Skip($"{tool} is not here: the native code cannot be made or read.");
            }
        }
    }

    private static string Run(ProcessStartInfo start, Action<string>? excuse = null)
    {
        (int code, string output, string errors) = ChildProcess.Run(start);
        if (code != 0)
        {
            excuse?.Invoke(output);
        }

        Assert.True(code == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {code}:\n{output}\n{errors}");
        return output;
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FastFence.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No FastFence.sln in or above {AppContext.BaseDirectory}");
    }
}
