using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>Other people's programs that read what we write. A test is skipped where the program is not installed.</summary>
internal static class ForeignTool
{
    /// <summary>Runs it and gives its standard output; it must end with 0.</summary>
    internal static string Read(string program, string package, string? input, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Start(start, package);
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (input is not null)
        {
            using FileStream stream = File.OpenRead(input);
            stream.CopyTo(process.StandardInput.BaseStream);
        }

        process.StandardInput.Close();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {error.Result}");
        return output.Result;
    }

    private static Process Start(ProcessStartInfo start, string package)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{start.FileName} is not installed (Debian package {package})");
            throw;
        }
    }
}
