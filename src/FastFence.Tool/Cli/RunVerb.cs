using System.CommandLine;
using System.CommandLine.Parsing;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>run</c> on the command line.</summary>
internal sealed class RunVerb
{
    internal const string Examples = """
          fastfence run                                       five seconds on the simulated GPU
          fastfence run --seconds 60 --submitters 2 --observers 4
          fastfence run --seconds 5 --json out.json           histograms and per-second series as well
          fastfence run --device process --seconds 10         the GPU in a process of its own, behind shared memory
          fastfence run --gc-load 1000 --poller both          pollers under collections, words written by another process
          fastfence run --seconds 5 --trace run.pftrace       the last 32768 records of each thread, for ui.perfetto.dev
          fastfence run --seconds 5 --json - | jq .fences_per_second
        """;

    private static readonly RunOptions s_defaults = new();

    private static readonly Dictionary<string, BreakKind> s_breakKinds = new(StringComparer.Ordinal)
    {
        ["drop-callback"] = BreakKind.DropCallback,
        ["signal-twice"] = BreakKind.SignalTwice,
        ["leak-fence"] = BreakKind.LeakFence,
        ["wrong-name"] = BreakKind.WrongName,
        ["read-late"] = BreakKind.ReadLate,
        ["misuse"] = BreakKind.Misuse,
    };

    private readonly Option<double> _seconds = OptionParsers.Positive("--seconds", "How long to run.", 86_400, s_defaults.Seconds);
    private readonly Option<int> _engines = OptionParsers.Whole("--engines", "Simulated GPU engines.", 1, 16, s_defaults.Engines);
    private readonly Option<int> _exporters =
        OptionParsers.Whole("--exporters", "Exporters (drivers); they come and go under load.", 1, 64, s_defaults.Exporters);

    private readonly Option<int> _timelines =
        OptionParsers.Whole("--timelines", "Timelines, shared out over the exporters.", 1, 1024, s_defaults.Timelines);

    private readonly Option<int> _submitters = OptionParsers.Whole("--submitters", "Threads that emit.", 1, 64, s_defaults.Submitters);
    private readonly Option<int> _observers = OptionParsers.Whole(
        "--observers", "Threads that add callbacks, wait, read names and describe.", 0, 64, s_defaults.Observers);

    private readonly Option<PollerChoice> _poller = OptionParsers.Create("--poller", "Which poller; both needs --gc-load.", "KIND", PollerChoice.Auto,
        "one of auto, native, managed, both",
        static text => text switch
        {
            "auto" => PollerChoice.Auto,
            "native" => PollerChoice.Native,
            "managed" => PollerChoice.Managed,
            "both" => PollerChoice.Both,
            _ => (PollerChoice?)null,
        });

    private readonly Option<DeviceChoice> _device = OptionParsers.Create("--device", "Where the simulated GPU is: on threads here, in a process of its own, or that one started by hand.", "WHERE",
        DeviceChoice.Threads, "one of threads, process, manual",
        static text => text switch
        {
            "threads" => DeviceChoice.Threads,
            "process" => DeviceChoice.Process,
            "manual" => DeviceChoice.Manual,
            _ => (DeviceChoice?)null,
        });

    private readonly Option<double> _gcLoad = OptionParsers.Positive(
        "--gc-load", "MB/s of garbage: measure pollers under collections instead of driving the simulated GPU.", 100_000, s_defaults.GcLoad);

    private readonly Option<RecordingMode> _record = OptionParsers.Create("--record", "Flight recorder: off, with the published clock, or with a precise one.", "MODE",
        s_defaults.Record, "one of off, coarse, precise",
        static text => text switch
        {
            "off" => RecordingMode.Off,
            "coarse" => RecordingMode.Coarse,
            "precise" => RecordingMode.Precise,
            _ => (RecordingMode?)null,
        });

    private readonly Option<string?> _recordFile = new("--record-file")
    {
        Description = "Keep the records in a file: they outlive a crash, and dump reads them.",
        HelpName = "FILE.ffrec",
    };

    private readonly Option<string?> _trace = TraceOption.Create("Write the run's last records as a trace; the ending says the format.");

    private readonly Option<ulong> _seed = OptionParsers.Seed("--seed", "Seed of every random choice.", s_defaults.Seed);

    private readonly Option<BreakKind> _break = OptionParsers.Create("--break", "Break one protection (for tests).", "KIND", BreakKind.None,
        $"one of {string.Join(", ", s_breakKinds.Keys)}",
        static text => s_breakKinds.TryGetValue(text, out BreakKind kind) ? kind : (BreakKind?)null);

    private readonly Option<bool> _checked = new("--checked")
    {
        Description = "Checked mode: misuse of the contract is reported with its call site, and counts as a violation.",
    };

    private readonly Option<string?> _json = JsonOption.Create();

    internal RunVerb()
    {
        _break.Hidden = true;
        Command = new Command("run", "Drive fences through the simulated GPU while observers watch them, and report.")
        {
            _seconds, _engines, _exporters, _timelines, _submitters, _observers, _seed, _device, _poller, _gcLoad, _record, _recordFile, _trace, _checked, _json, _break,
        };
    }

    internal Command Command { get; }

    internal RunOptions Read(ParseResult result) => new()
    {
        Seconds = result.GetValue(_seconds),
        Engines = result.GetValue(_engines),
        Exporters = result.GetValue(_exporters),
        Timelines = result.GetValue(_timelines),
        Submitters = result.GetValue(_submitters),
        Observers = result.GetValue(_observers),
        Seed = result.GetValue(_seed),
        Device = result.GetValue(_device),
        Poller = result.GetValue(_poller),
        GcLoad = result.GetValue(_gcLoad),
        Record = result.GetValue(_record),
        RecordFile = result.GetValue(_recordFile),
        Trace = TraceOption.Checked(result.GetValue(_trace)),
        Json = result.GetValue(_json),
        Checked = result.GetValue(_checked),
        Break = result.GetValue(_break),
    };
}
