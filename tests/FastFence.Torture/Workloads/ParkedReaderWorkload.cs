using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>
/// Fault 29: a reader sleeps in a section under load. Limbo stays bounded, creation is refused at the bound, the reader is named,
/// and all goes on when it has left. Every workload of the run feels it.
/// </summary>
internal sealed class ParkedReaderWorkload : Workload
{
    internal const string LimboUnbounded = "limbo-unbounded";
    internal const string NotRefused = "not-refused";
    internal const string ReaderNotNamed = "reader-not-named";
    internal const string NotRecovered = "not-recovered";

    private const int MaxLimbo = 4096;
    private const int Magazine = 64;

    // What is staged and loaded beside the counted bags, of the thread that churns and the engine's own.
    private const int Slack = 8 * Magazine;
    private const int RestMilliseconds = 1500;

    private readonly FenceEngine _engine;
    private readonly Timeline _timeline;
    private readonly TimeSpan _limit;
    private volatile bool _named;
    private volatile int _parked;
    private volatile bool _over;
    private long _limboMax;
    private long _refused;

    internal ParkedReaderWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _engine = new FenceEngine(new FenceEngineOptions
        {
            StartPoller = false,
            MaxFences = 1 << 17,
            MaxLimbo = Breaks(LimboUnbounded) ? 1 << 16 : MaxLimbo,
            MagazineSize = Magazine,
            StallLimit = Breaks(ReaderNotNamed) ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(50),
        });
        _engine.Notified += (_, e) =>
            _named |= e.Kind == NotificationKind.ReaderStalled && e.Message.Contains($"Thread {_parked} ", StringComparison.Ordinal);
        _limit = Breaks(ReaderNotNamed) || Breaks(NotRecovered) || Breaks(NotRefused) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(20);
        _timeline = _engine.CreateTimeline("torture-parked");
        Bodies = [Churn, ParkToTheEnd];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override FenceEngine OwnEngine => _engine;

    internal override void Judge()
    {
        Counters["limbo_max"] = _limboMax;
        Counters["limbo_bound"] = MaxLimbo;
        Counters["refused"] = _refused;
    }

    protected override void Dispose(bool disposing) => _engine.Dispose();

    private void ParkToTheEnd()
    {
        try
        {
            Park();
        }
        finally
        {
            _over = true;
        }
    }

    // The reader sleeps until the engine has refused and named it, not for a time.
    private void Park()
    {
        while (!Run.IsStopped)
        {
            _named = false; // others are late, too, now and then: what counts is whether this one is named
            long refused = Volatile.Read(ref _refused);
            _parked = CurrentThread.Id;
            if (!Breaks(NotRefused))
            {
                Section.Enter(); // not the guard: the broken one leaves late
            }

            bool wasRefused = RunContext.Until(() => Volatile.Read(ref _refused) != refused, _limit);
            bool wasNamed = RunContext.Until(() => _named, _limit);
            Thread.Sleep(20);
            if (!wasRefused && !Breaks(LimboUnbounded))
            {
                Report(NotRefused, "creation went on beside a parked reader");
            }

            if (!wasNamed)
            {
                Report(ReaderNotNamed, $"thread {CurrentThread.Id} was not named by a notification");
            }

            if (!Breaks(NotRefused) && !Breaks(NotRecovered))
            {
                Section.Exit();
            }

            _parked = 0;
            if (!RunContext.Until(CanCreate, _limit))
            {
                Report(NotRecovered, "creation is still refused although the reader has left");
            }

            if (Breaks(NotRecovered))
            {
                Section.Exit();
            }

            EndRound();
            Run.Rest(RestMilliseconds);
        }
    }

    // To the end of the last parking, not of the run: the reader waits for what happens here.
    private void Churn()
    {
        while (!_over)
        {
            if (_parked == 0)
            {
                Thread.Sleep(1);
                continue;
            }

            for (int i = 0; i < 1024; i++)
            {
                if (!CanCreate())
                {
                    Interlocked.Increment(ref _refused);
                    Thread.Sleep(1);
                    break;
                }
            }

            long limbo = _engine.GetStatistics().Limbo;
            _limboMax = Math.Max(_limboMax, limbo);
            if (limbo > MaxLimbo + Slack)
            {
                Report(LimboUnbounded, $"{limbo} slots on limbo, {MaxLimbo} are the bound");
            }
        }
    }

    private bool CanCreate()
    {
        if (!_timeline.TryCreateFence(out FenceSource source))
        {
            return false;
        }

        source.Signal();
        source.Dispose();
        return true;
    }
}
