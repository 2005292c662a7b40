using FastFence.Torture.Aging;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Every workload there is. A later room adds a file beside this one and a line here.</summary>
internal static class WorkloadList
{
    internal static IReadOnlyList<WorkloadEntry> All { get; } =
    [
        new("pipe", "1", "objects grow older with every grace period: how old is what readers see?",
            [AgeKinds.Stale, AgeKinds.Poison, AgeKinds.Reused], static (e, r) => new PipeWorkload(e, r)),
        new("pages", "1", "the same in a child process where freed pages are inaccessible: does it die?",
            [PagesWorkload.LateFault, PagesWorkload.ChildFailed], static (e, r) => new PagesWorkload(e, r)),
        new("names", "1, 2", "exporters close while others read the names of their fences",
            [NamesWorkload.WrongName, NamesWorkload.NamePoison], static (e, r) => new NamesWorkload(e, r)),
        new("detach", "3", "a reader stands still inside an op while the exporter goes",
            [DetachWorkload.DetachedData], static (e, r) => new DetachWorkload(e, r)),
        new("callbacks", "5", "what a callback uses is freed as soon as its fence is quiesced",
            [CallbackWorkload.EarlyFree, CallbackWorkload.QuiescedEarly], static (e, r) => new CallbackWorkload(e, r)),
        new("timestamps", "6", "the timestamp is read as soon as signaled is seen",
            [TimestampWorkload.NoTimestamp, TimestampWorkload.TimeBackwards], static (e, r) => new TimestampWorkload(e, r)),
        new("last-reference", "9", "the last reference is dropped in a callback, a poll, under a wait",
            [LastReferenceWorkload.DestructorPlace, LastReferenceWorkload.DestructorCount], static (e, r) => new LastReferenceWorkload(e, r)),
        new("waits", "7, 12, 14", "one, any and all of several fences are waited for while they signal",
            [WaitWorkload.WakeLost, WaitWorkload.AnyWakeLost, WaitWorkload.AllWakeLost, WaitWorkload.WrongResult], static (e, r) => new WaitWorkload(e, r)),
        new("born-signaled", "16", "fences that are signaled before anybody looks",
            [BornSignaledWorkload.BornPending, BornSignaledWorkload.LiveGrew], static (e, r) => new BornSignaledWorkload(e, r)),
        new("teardown", "17", "engines are disposed at every phase of their fences",
            [TeardownWorkload.HeldAtDispose], static (e, r) => new TeardownWorkload(e, r)),
        new("destructor-lock", "18", "the last reference falls under the lock that the destructor takes",
            [DestructorLockWorkload.DestructorStuck], static (e, r) => new DestructorLockWorkload(e, r)),
        new("stale", "19", "stale and forged handles are offered to every call",
            [StaleWorkload.StaleAccepted], static (e, r) => new StaleWorkload(e, r)),
        new("shared-slot", "21", "one shared word is replaced while others acquire from it",
            [SharedSlotWorkload.StaleObject, SharedSlotWorkload.FreedWhileHeld], static (e, r) => new SharedSlotWorkload(e, r)),
        new("allocation", "22", "the n-th refill fails, for every n",
            [AllocationWorkload.HalfMade], static (e, r) => new AllocationWorkload(e, r)),
        new("parked-reader", "29", "a reader sleeps in a section under load",
            [ParkedReaderWorkload.LimboUnbounded, ParkedReaderWorkload.NotRefused, ParkedReaderWorkload.ReaderNotNamed, ParkedReaderWorkload.NotRecovered],
            static (e, r) => new ParkedReaderWorkload(e, r)),
        new("dead-reader", "30", "a thread ends inside a section",
            [DeadReaderWorkload.DeadHeld], static (e, r) => new DeadReaderWorkload(e, r)),
        new("generations", "35", "lives end at the last generation before the wrap",
            [GenerationWorkload.StaleAfterWrap, GenerationWorkload.WrapNotCounted], static (e, r) => new GenerationWorkload(e, r)),
        new("dead-staged", "36", "a thread ends with staged frees",
            [DeadStagedWorkload.NotAdopted], static (e, r) => new DeadStagedWorkload(e, r)),
        new("disposed-engine", "37", "handles are used while and after their engine is disposed",
            [DisposedEngineWorkload.DeadAccepted], static (e, r) => new DisposedEngineWorkload(e, r)),
        new("error-race", "41", "an error is set while another thread signals",
            [ErrorRaceWorkload.TornOutcome], static (e, r) => new ErrorRaceWorkload(e, r)),
    ];

    /// <summary>Every kind that a workload declares.</summary>
    internal static IEnumerable<string> Kinds => All.SelectMany(static e => e.Kinds);
}
