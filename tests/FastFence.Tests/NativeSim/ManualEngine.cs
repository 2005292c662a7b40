using FastFence.NativeSim.Jobs;

namespace FastFence.Tests.NativeSim;

/// <summary>An engine whose time a test sets, for its schedule.</summary>
internal sealed class ManualEngine : IJobEngine
{
    private readonly HashSet<(ulong, ulong)> _values = [];

    internal ManualEngine(int width = 1, int batch = 256) => Schedule = new JobSchedule(this, width, batch);

    public long Now { get; set; } = 1;

    public bool Stands { get; set; }

    internal JobSchedule Schedule { get; }

    /// <summary>Names of streams, in the order of their reports: <c>a a+2</c> are one job and two more at once.</summary>
    internal List<string> Reports { get; } = [];

    internal void Reach(ulong context, ulong value) => _values.Add((context, value));

    public long NanosecondsOf(in RingCommand command) => command.DurationNanoseconds;

    public bool HasReached(ulong context, ulong value) => _values.Contains((context, value));

    public void Begun(JobStream stream)
    {
    }

    public void Execute(in RingCommand command)
    {
    }

    public void Complete(JobStream stream, int jobs, long now) =>
        Reports.Add(jobs == 1 ? ((ManualStream)stream).Name : $"{((ManualStream)stream).Name}+{jobs}");

    /// <summary>Passes until nothing is left to do at this time.</summary>
    internal void PassAt(long now)
    {
        Now = now;
        while (Schedule.Pass())
        {
        }
    }
}

/// <summary>A ring of commands in a list.</summary>
internal sealed class ManualStream(string name, params RingCommand[] commands) : JobStream
{
    private ulong _taken;

    internal string Name => name;

    internal bool IsGone { get; set; }

    internal JobState State { get; private set; }

    internal override bool IsLive => !IsGone;

    protected override ulong Taken => _taken;

    internal override void Say(JobState state, long endsAt = 0, ulong context = 0, ulong value = 0) => State = state;

    protected override bool TryTake(out RingCommand command)
    {
        bool has = _taken < (ulong)commands.Length;
        command = has ? commands[_taken++] : default;
        return has;
    }
}
