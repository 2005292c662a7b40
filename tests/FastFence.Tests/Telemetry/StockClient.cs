using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>A child process that runs <c>fastfence run</c>, and a client of the stock libraries that listens to it.</summary>
internal sealed class StockClient : IDisposable
{
    private readonly Process _child;
    private readonly EventPipeSession _session;
    private readonly Thread _thread;

    /// <summary>Starts both.</summary>
    public StockClient(IEnumerable<string> arguments, params EventPipeProvider[] providers)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll");
        _child = Process.Start(new ProcessStartInfo("dotnet", [path, "run", .. arguments]) { RedirectStandardOutput = true })!;
        string? first = _child.StandardOutput.ReadLine();
        Assert.Equal($"pid {_child.Id}", first);
        _ = _child.StandardOutput.ReadToEndAsync();
        _session = new DiagnosticsClient(_child.Id).StartEventPipeSession(providers, requestRundown: false, circularBufferMB: 128);
        _thread = new Thread(Listen) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The child.</summary>
    public int Id => _child.Id;

    /// <summary>Events as <c>provider/name</c>, with their payload.</summary>
    public ConcurrentQueue<(string Name, Dictionary<string, object> Payload)> Events { get; } = [];

    /// <summary>Waits until enough has come; a limit only ends a test that has failed.</summary>
    public void Until(Func<bool> enough, string what)
    {
        for (long end = Environment.TickCount64 + 120_000; !enough(); Thread.Sleep(50))
        {
            Assert.False(_child.HasExited, $"the child ended before {what}");
            Assert.True(Environment.TickCount64 < end, $"never: {what}; heard {string.Join(", ", Events.Select(static e => e.Name).CountBy(static n => n).Select(static n => $"{n.Key} {n.Value}"))}");
        }
    }

    public void Dispose()
    {
        try
        {
            _session.Stop();
        }
        catch (Exception e) when (e is DiagnosticsClientException or IOException)
        {
            // the child has ended: so has the session
        }

        _child.Kill();
        _child.WaitForExit();
        _thread.Join();
        _session.Dispose();
        _child.Dispose();
    }

    private void Listen()
    {
        try
        {
            using EventPipeEventSource source = new(_session.EventStream);
            source.Dynamic.All += e =>
            {
                Dictionary<string, object> payload = [];
                foreach (string name in e.PayloadNames)
                {
                    payload[name] = e.PayloadByName(name);
                }

                Events.Enqueue((string.Create(CultureInfo.InvariantCulture, $"{e.ProviderName}/{e.EventName}"), payload));
            };
            source.Process();
        }
        catch (Exception e) when (e is IOException or FormatException or ObjectDisposedException)
        {
            // the child was killed in the middle of a block
        }
    }
}
