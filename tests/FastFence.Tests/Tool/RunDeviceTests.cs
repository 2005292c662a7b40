using System.Diagnostics;
using System.Globalization;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary><c>run</c> with its device in a process of its own.</summary>
public sealed class RunDeviceTests
{
    public RunDeviceTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "a device process is Linux's");

    [Fact]
    public void ARunWithADeviceProcessHasTheSameTableAndTheDevicesProcessorTime()
    {
        (int code, string output, string error) = ToolProcess.Run("run", "--device", "process", "--seconds", "0.5");
        Assert.True(code == 0, output + error);
        Assert.Contains("device processor seconds", output, StringComparison.Ordinal);
        Assert.Contains("ok: no violations, nothing lost", output, StringComparison.Ordinal);
        (_, string threads, _) = ToolProcess.Run("run", "--seconds", "0.2");
        Assert.DoesNotContain("device processor seconds", threads, StringComparison.Ordinal);
    }

    [Fact]
    public void ADeviceStartedByHandServesTheHostThatWaitsForIt()
    {
        using Process host = Start("run", "--device", "manual", "--seconds", "0.5");
        try
        {
            string line = host.StandardError.ReadLine()!;
            Assert.StartsWith("waiting for: fastfence device /proc/", line, StringComparison.Ordinal);
            (int code, _, string error) = ToolProcess.Run("device", line.Split(' ')[^1]);
            Assert.True(code == 0, error);
            (int end, string output, string said) = ChildProcess.ReadToEnd(host);
            Assert.True(end == 0, output + said);
            Assert.Contains("ok: no violations, nothing lost", output, StringComparison.Ordinal);
        }
        finally
        {
            host.Kill(); // one without a device waits for it
        }
    }

    [Fact]
    public void ADevicesProcessEndsWithItsKilledHost()
    {
        using Process host = Start("run", "--device", "process", "--seconds", "60");
        int device = 0;
        Until.Holds(() => (device = ChildOf(host.Id)) != 0, "the device's process");
        host.Kill();
        Until.Holds(() => !Directory.Exists($"/proc/{device}") || IsDefunct(device), "the device's end");
    }

    [Fact]
    public void ADeviceWithoutAHostSaysWhatIsWrong()
    {
        (int code, _, string error) = ToolProcess.Run("device", "/proc/1/fd/99999");
        Assert.Equal(65, code);
        Assert.Contains("cannot be opened", error, StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static int ChildOf(int parent)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && FieldsOf(pid) is [_, var ppid, ..] && ppid == parent.ToString(CultureInfo.InvariantCulture) && NameOf(pid).StartsWith("FastFence.Nativ", StringComparison.Ordinal))
            {
                return pid;
            }
        }

        return 0;
    }

    private static bool IsDefunct(int pid) => FieldsOf(pid) is not [var state, ..] || state == "Z";

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm");
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    // State and parent stand behind the name in brackets, proc(5).
    private static string[] FieldsOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
