using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace FastFence.Latency.Growth;

/// <summary>Where it was measured, and what else went on there.</summary>
internal static class Machine
{
    /// <summary>The processor as it calls itself.</summary>
    public static string Processor { get; } = (File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim()
        : null) ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The same as the name of a folder.</summary>
    public static string Folder
    {
        get
        {
            StringBuilder name = new();
            foreach (char c in Processor)
            {
                if (char.IsAsciiLetterOrDigit(c))
                {
                    name.Append(char.ToLowerInvariant(c));
                }
                else if (name.Length != 0 && name[^1] != '-')
                {
                    name.Append('-');
                }
            }

            return name.ToString().Trim('-');
        }
    }

    /// <summary>Threads that ran or wanted to in the last minute, ours included; NaN where the system does not say.</summary>
    public static double Load => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : double.NaN;

    /// <summary>bench/results/&lt;cpu&gt; of the repository that the current folder lies in.</summary>
    /// <exception cref="ArgumentException">It lies in none.</exception>
    public static DirectoryInfo ResultsFolder()
    {
        for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FastFence.sln")))
            {
                return new DirectoryInfo(Path.Combine(folder.FullName, "bench", "results", Folder));
            }
        }

        throw new ArgumentException($"{Environment.CurrentDirectory} lies in no folder with FastFence.sln: run it in the repository, or say where to write with --out.");
    }
}
