namespace FastFence.Tool.Runs;

/// <summary>
/// A thread that emits bursts on every ring and makes software fences, reads some names itself while the fence is surely
/// pending, and hands a sample of the handles to the observers. Allocates nothing.
/// </summary>
internal sealed class Submitter(DriverFleet fleet, RunClock clock, NameCheck names, ViolationTally tally, Mailbox mailbox)
{
    private const int Burst = 64;
    private const int SoftwareBurst = 4;

    // One fence in 16 goes to the observers, one in 32 has a second reference, one in 48 has its names read here: 2 %.
    private const ulong PostEvery = 16;
    private const ulong HoldEvery = 32;
    private const ulong NameEvery = 48;

    private readonly SoftwareFences _software = new(tally);
    private readonly FenceRef[] _held = new FenceRef[64];
    private ulong _emitted;

    internal WorkerCounters Counters { get; } = new();

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        while (!clock.IsStopped)
        {
            bool any = false;
            for (int i = 0; i < fleet.Count; i++)
            {
                Driver driver = fleet[i];
                foreach (FenceRing ring in driver.Rings)
                {
                    any |= EmitBurst(ring);
                }

                for (int n = 0; n < SoftwareBurst && any; n++)
                {
                    if (_software.TryMake(driver, out Fence fence))
                    {
                        Sample(fence);
                    }
                }
            }

            if (!any)
            {
                Thread.Yield(); // every ring is full: the poller or the GPU needs this core
            }
        }

        _software.SignalAll();
        foreach (FenceRef held in _held)
        {
            held.Dispose();
        }
    }

    private bool EmitBurst(FenceRing ring)
    {
        RingCommand command = default;
        for (int i = 0; i < Burst; i++)
        {
            Fence fence;
            EmitResult result;
            if (_emitted % HoldEvery == 0)
            {
                result = ring.Emit(command, out FenceRef reference);
                fence = reference.Fence;
                if (result == EmitResult.Emitted)
                {
                    ref FenceRef oldest = ref _held[_emitted / HoldEvery % (ulong)_held.Length];
                    oldest.Dispose();
                    oldest = reference;
                }
            }
            else
            {
                result = ring.EmitDetached(command, out fence);
            }

            if (result != EmitResult.Emitted)
            {
                return i != 0; // full, closing, or at a bound: the next ring
            }

            Sample(fence);
        }

        return true;
    }

    private void Sample(Fence fence)
    {
        ulong n = _emitted++;
        if (n % NameEvery == 0)
        {
            WorkerCounters.Count(ref Counters.Names);
            if (names.Read(fence))
            {
                WorkerCounters.Count(ref Counters.NamesPending);
            }
        }

        if (n % PostEvery == 0)
        {
            mailbox.Post(fence);
        }
    }
}
