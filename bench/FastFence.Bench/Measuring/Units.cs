using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>The physical units as contenders.</summary>
internal static unsafe class Units
{
    // Where the work's result goes, so that it is not removed: one for each thread, or they would share a line.
    [ThreadStatic]
    private static ulong t_worked;

    /// <summary>Makes the contender that measures a unit.</summary>
    public static Contender Create(PhysicalUnit unit) => unit switch
    {
        PhysicalUnit.LockedRmw => new LoopContender("locked RMW", AddLocked, leastBatch: 1024),
        PhysicalUnit.FutexWake => new RawFutexWake(),
        PhysicalUnit.HandOver => new RawSpin(),
        PhysicalUnit.ProcessBarrier => new BesideLoop("process-wide barrier", IssueBarriers, KeepBusy),
        PhysicalUnit.SecondCore => new Slowdown("plain work", Work, Work, leastBatch: 1 << 15),
        PhysicalUnit.FutexAndPool => new RawPollerHop(),
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "Unknown unit."),
    };

    /// <summary>How the table names it.</summary>
    public static string NameOf(PhysicalUnit unit) => unit switch
    {
        PhysicalUnit.LockedRmw => "RMW",
        PhysicalUnit.FutexWake => "futex",
        PhysicalUnit.HandOver => "spin",
        PhysicalUnit.SecondCore => "of plain work",
        PhysicalUnit.FutexAndPool => "futex + pool",
        _ => "barrier",
    };

    private static void AddLocked(int times)
    {
        ulong* word = (ulong*)NativeMemory.AlignedAlloc(64, 64);
        *word = 0;
        for (int i = 0; i < times; i++)
        {
            Atomic.AddFull(ref *word, 1);
        }

        NativeMemory.AlignedFree(word);
    }

    private static void IssueBarriers(int times)
    {
        for (int i = 0; i < times; i++)
        {
            ProcessBarrier.Issue();
        }
    }

    private static void Work(int times)
    {
        ulong x = 1;
        for (int i = 0; i < times; i++)
        {
            x = (x * 6364136223846793005) + 1442695040888963407; // Knuth's generator: each step waits for the one before
        }

        t_worked = x;
    }

    private static void KeepBusy(Func<bool> goOn)
    {
        while (goOn())
        {
        }
    }

    // A line of its own each time, as a fence has: one line alone goes over in 90 ns in one process and in 140 in the next.
    private sealed class RawSpin() : HandOver("raw spin", sleeping: false)
    {
        private const int Lines = Bag.MaxCapacity;
        private readonly SharedWords _word = new(Lines);
        private int _at;

        protected override void Prepare()
        {
            _at = (_at + 1) % Lines;
            _word.Write(_at, 0);
        }

        protected override void Await()
        {
            int at = _at;
            while (_word.Read(at) == 0)
            {
            }
        }

        protected override void Fire() => _word.Write(_at, 1);

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _word.Dispose();
        }
    }

    private sealed class RawFutexWake() : HandOver("raw futex", sleeping: true)
    {
        private readonly SharedWords _word = new(1);

        protected override void Prepare() => _word.Write(0, 0);

        protected override void Await()
        {
            while (_word.Read(0) == 0)
            {
                Futex.Wait((uint*)_word.At(0), 0, Futex.NoDeadline);
            }
        }

        protected override void Fire()
        {
            _word.Write(0, 1);
            Futex.Wake((uint*)_word.At(0), 1);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _word.Dispose();
        }
    }
}
