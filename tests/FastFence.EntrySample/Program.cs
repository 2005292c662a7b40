// Calls every method, so that the JIT compiles it and the NativeAOT compiler keeps it. An argument says how many rounds to go, ten
// milliseconds apart: the last tier is made on a thread of the JIT's own.
using System.Globalization;
using FastFence;
using FastFence.EntrySample;
using FastFence.Fences;
using FastFence.Reclamation;

using FenceEngine engine = new();
using Timeline timeline = engine.CreateTimeline("sample");
using Timeline dropping = engine.CreateTimeline("dropping");
int rounds = args is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 1;
ulong sum = 0;
for (int n = 0; n < rounds; n++)
{
    for (int i = 0; i < 50; i++)
    {
        sum += Round(timeline, dropping);
    }

    Thread.Sleep(rounds == 1 ? 0 : 10);
}

Console.WriteLine(sum);
return 0;

static unsafe ulong Round(Timeline timeline, Timeline dropping)
{
    ulong shared = 1;
    ReaderRecord* reader = Registry.CurrentReader();
    DomainBlock* domain = Domain.Process;
    ulong sum = Entries.Bare(domain, reader, &shared) + Entries.Twice(domain, reader, &shared) + Entries.OfThread(&shared);
    sum += Twins.LoadsFirst(domain, reader, &shared) + Twins.LoadsBetween(domain, reader, &shared) + Twins.LoadsBehindTheExit(domain, reader, &shared);
    sum += Twins.EntersOnOneWayOnly(domain, reader, &shared);
    Reader.Exit(reader);

    using FenceSource source = timeline.CreateFence();
    Fence fence = source.Fence;
    sum += Entries.Guard(fence) && Entries.Action(fence) && Twins.NeverEnters(fence) && Twins.LooksBeforeTheGuard(fence) ? 1u : 0;
    sum += (ulong)Entries.GuardedName(fence) + (Twins.LooksBeforeItCloses(fence.Slot) & 1);
    AccessToken token = default;
    Entries.Open(ref token).Dispose();
    fence.AddCallback(&Ran, 0, out CallbackRegistration registration);
    sum += registration.Remove() ? 1u : 0;
    dropping.CreateFence().Dispose();
    if (fence.TryAcquire(out FenceRef reference))
    {
        FenceSignal.Signal(fence, 0, -1);
        reference.Dispose();
    }

    return sum + ((ulong)fence.TimestampNanoseconds & 1);
}

static void Ran(Fence fence, nint state) => throw new InvalidOperationException($"{fence} ran a removed callback, {state}.");
