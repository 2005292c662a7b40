using System.Globalization;
using System.Net.Sockets;
using FastFence.Tool.Cli;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastFence.Tool.Attaching;

/// <summary>The way into a running .NET process.</summary>
internal static class DiagnosticPort
{
    /// <summary>Begins to receive events, without the stack of each (that costs its process five times as much) and without the closing list of methods.</summary>
    /// <exception cref="UsageException">The process does not let us, or has ended.</exception>
    internal static EventPipeSession Start(int pid, params IEnumerable<EventPipeProvider> providers)
    {
        try
        {
            return new DiagnosticsClient(pid).StartEventPipeSession(
                new EventPipeSessionConfiguration(providers, BufferMegabytes, requestRundown: false, requestStackwalk: false));
        }
        catch (Exception e) when (e is DiagnosticsClientException or IOException or SocketException or UnauthorizedAccessException or TimeoutException)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--pid: process {pid} did not let us in: {e.Message}"), e);
        }
    }

    private const int BufferMegabytes = 64;
}
