using System.Diagnostics;
using FastFence.Platform;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using FastFence.Tests.Tool;
using FastFence.Tool.Cli;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>Recordings in files: saved, mapped, of a process that died, damaged.</summary>
public sealed unsafe class RecordFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void ASavedRecordingIsReadAgainWhole()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Precise });
        Timeline timeline = engine.CreateTimeline("saved");
        Lives.Many(timeline, 100);
        string path = Path.Combine(_folder, "a.ffrec");
        FlightRecorder.Save(path);
        TraceLog log = RecordFile.Read(File.ReadAllBytes(path)).Build();
        Assert.Equal(300, log.Events.Count(e => e.Context == timeline.Context && log.Names[e.Timeline] == "saved"));
        Assert.Equal(Environment.ProcessId, log.Pid);
        int code = Invoke("dump", path, "-o", Path.Combine(_folder, "a.csv"));
        Assert.True(code == ExitCodes.Ok, $"{code}: {_error}");
        Assert.Contains($",saved,{timeline.Context},100,", File.ReadAllText(Path.Combine(_folder, "a.csv")), StringComparison.Ordinal);
        FlightRecorderStatistics statistics = FlightRecorder.GetStatistics();
        Assert.True(statistics.Written >= 300 && statistics.Names <= statistics.MaxNames && statistics.Threads >= 1, statistics.ToString());
    }

    [Fact]
    public void ARecordingThatIsDamagedIsRefusedWithTheReason()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Precise });
        Lives.Many(engine.CreateTimeline("t"), 10);
        using MemoryStream saved = new();
        FlightRecorder.Save(saved);
        byte[] whole = saved.ToArray();
        Assert.Contains("no recording", Refused(whole[..5]), StringComparison.Ordinal);
        Assert.Contains("no recording", Refused([.. "ts_ns,cpu,pid,comm"u8]), StringComparison.Ordinal);
        Assert.Contains("cut short", Refused(whole[..^7]), StringComparison.Ordinal);
        byte[] newer = [.. whole];
        newer[8]++;
        Assert.Contains($"version {RecordArea.CurrentVersion + 1}", Refused(newer), StringComparison.Ordinal);
        byte[] longer = [.. whole];
        longer[12 + 16] ^= 0x55; // the first piece's number of records
        Assert.NotEmpty(Refused(longer));
        byte[] area = new byte[RecordArea.BytesFor(16, 1, 16)];
        fixed (byte* start = area)
        {
            *(RecordArea*)start = new() { Magic = RecordArea.MapMagic, Version = RecordArea.CurrentVersion, NameSlots = 16, RingSlots = 1, RingRecords = 16 };
            Assert.Equal(0, RecordFile.Read(area).Count);
            ((RecordArea*)start)->RingsUsed = 2;
        }

        Assert.Contains("contradict", Refused(area), StringComparison.Ordinal);
    }

    [Fact]
    public void TheRecordsOfAProcessThatIsKilledAreInItsFile()
    {
        string file = Path.Combine(_folder, "killed.ffrec");
        string tool = Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll");
        ProcessStartInfo start = new("dotnet", [tool, "run", "--seconds", "600", "--poller", "managed", "--record-file", file]);
        start.RedirectStandardOutput = true;
        using (Process run = Process.Start(start)!)
        {
            try
            {
                Until.Holds(() => run.HasExited || HasSignals(file), "signals in the recording of a running process");
                Assert.False(run.HasExited);
            }
            finally
            {
                run.Kill();
                run.WaitForExit();
            }
        }

        string csv = Path.Combine(_folder, "killed.csv");
        Assert.True(Invoke("dump", file, "-o", csv) == ExitCodes.Ok, _error.ToString());
        string[] signals = [.. File.ReadAllLines(csv).Where(static l => l.Contains("dma_fence_signaled", StringComparison.Ordinal))];
        Assert.True(signals.Length > 100, $"{signals.Length} signals");
        Assert.All(signals, static l => Assert.NotEmpty(l.Split(',')[5]));
        Assert.DoesNotContain("without a name", _out.ToString().Replace(" 0 without a name", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void AHangSavesWhatWentBefore()
    {
        List<string> told = [];
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, Recording = RecordingMode.Precise, DumpFolder = _folder });
        engine.Notified += (_, e) =>
        {
            lock (told)
            {
                told.Add(e.Message);
            }
        };
        Timeline timeline = engine.CreateTimeline("hangs", new TimelineOptions { Watchdog = TimeSpan.FromMilliseconds(1) });
        FenceSource leaked = timeline.CreateFence();
        leaked.Fence.Wait();
        string file = Assert.Single(Directory.GetFiles(_folder, "*WatchdogFired.ffrec"));
        lock (told)
        {
            Assert.Contains(told, m => m.Contains(file, StringComparison.Ordinal));
        }

        TraceLog log = RecordFile.Read(File.ReadAllBytes(file)).Build();
        Assert.Contains(log.Events, e => e.Context == timeline.Context && e.Kind == TraceEventKind.FenceInit);
        leaked.Dispose();
    }

    [Theory]
    [InlineData("--record", "off", "--trace", "a.csv")]
    [InlineData("--record", "off", "--record-file", "a.ffrec")]
    [InlineData("--record", "maybe")]
    [InlineData("--trace", "a.xml")]
    public void OptionsThatContradictEachOtherAreRefused(params string[] options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Assert.Equal(ExitCodes.Usage, Invoke(["run", "--seconds", "0.1", .. options]));
        Assert.Contains(options[^1] is "a.xml" ? ".pftrace" : "--record", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNoRecordingIsNamed()
    {
        string none = Path.Combine(_folder, "none.ffrec");
        Assert.Equal(ExitCodes.Usage, Invoke("dump", none, "-o", Path.Combine(_folder, "a.csv")));
        Assert.Contains(none, _error.ToString(), StringComparison.Ordinal);
        File.WriteAllText(none, "nothing of ours, but long enough");
        Assert.Equal(ExitCodes.Usage, Invoke("dump", none, "-o", Path.Combine(_folder, "a.csv")));
        Assert.Contains("no recording", _error.ToString(), StringComparison.Ordinal);
    }

    // The file is half written when it appears; a torn name cannot be: its id comes last.
    private static bool HasSignals(string file)
    {
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Nap.For(100_000_000);
            return RecordFile.Read(bytes).Build().Events.Count(static e => e.Kind == TraceEventKind.FenceSignaled) > 200;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return false;
        }
    }

    private static string Refused(byte[] file) => Assert.Throws<InvalidDataException>(() => RecordFile.Read(file)).Message;

    private int Invoke(params string[] args) => CommandLine.Invoke(args, new Streams(_out, _error, false, false, 80), Verbs.Built);
}
