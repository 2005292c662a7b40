using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastFence.Bench.Costs;

/// <summary>A real EventPipe session on a process, this one or another, and a thread that reads all that comes.</summary>
internal sealed class EventSession : IDisposable
{
    private const int BufferMegabytes = 256;

    private readonly EventPipeSession _session;
    private readonly Thread _reader;

    private EventSession(int pid, bool stacks, EventPipeProvider provider)
    {
        _session = new DiagnosticsClient(pid).StartEventPipeSession(
            new EventPipeSessionConfiguration([provider], BufferMegabytes, requestRundown: false, requestStackwalk: stacks));
        _reader = new Thread(Read) { IsBackground = true, Name = "event reader" };
        _reader.Start();
    }

    /// <summary>Bytes that came.</summary>
    public long Bytes { get; private set; }

    /// <summary>Every event of every fence.</summary>
    public static EventSession Fences(int pid, bool stacks) => new(pid, stacks, new EventPipeProvider("FastFence", EventLevel.Verbose, 2));

    /// <summary>The meter, each second, as <c>fastfence top</c> and dotnet-counters ask for it.</summary>
    public static EventSession Counters(int pid) => new(pid, false, new EventPipeProvider(
        "System.Diagnostics.Metrics",
        EventLevel.Informational,
        2,
        new Dictionary<string, string>
        {
            ["SessionId"] = "SHARED",
            ["ClientId"] = Guid.NewGuid().ToString(),
            ["Metrics"] = "FastFence",
            ["RefreshInterval"] = "1",
            ["MaxTimeSeries"] = "4000",
            ["MaxHistograms"] = "20",
        }));

    /// <summary>Waits for the end of what came, and for the reader.</summary>
    public void Dispose()
    {
        try
        {
            _session.Stop();
        }
        catch (Exception e) when (e is DiagnosticsClientException or IOException or TimeoutException)
        {
            // the process has ended: so has the session
        }

        _reader.Join();
        _session.Dispose();
    }

    private void Read()
    {
        byte[] buffer = new byte[1 << 20];
        try
        {
            for (int n = _session.EventStream.Read(buffer); n > 0; n = _session.EventStream.Read(buffer))
            {
                Bytes += n;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // the process has ended
        }
    }
}
