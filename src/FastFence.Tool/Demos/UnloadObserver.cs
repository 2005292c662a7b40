using System.Text;
using FastFence.Memory;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Demos;

/// <summary>One of the threads that read the names of whatever fences there are, whoever goes away meanwhile.</summary>
internal sealed class UnloadObserver
{
    private readonly UnloadFences _fences;
    private readonly bool _swapped;
    private readonly Thread _thread;
    private bool _stop;

    internal UnloadObserver(UnloadFences fences, UnloadDemoBreak sabotage, int number)
    {
        _fences = fences;
        _swapped = sabotage == UnloadDemoBreak.SwappedNames;
        _thread = new Thread(Run) { Name = $"observer {number}", IsBackground = true };
        _thread.Start();
    }

    internal long NamesRead { get; private set; }

    internal long NamesReadPending { get; private set; }

    internal long Describes { get; private set; }

    internal long WrongNames { get; private set; }

    internal long LateReads { get; private set; }

    internal void Stop()
    {
        Volatile.Write(ref _stop, true);
        _thread.Join();
    }

    private void Run()
    {
        uint random = (uint)Environment.CurrentManagedThreadId;
        while (!Volatile.Read(ref _stop))
        {
            random = (random * 1_664_525) + 1_013_904_223;
            if (_fences.TryPick(random >> 8, out Fence fence, out long number))
            {
                Read(fence, number);
                Describe(fence, number);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private void Read(Fence fence, long number)
    {
        Span<byte> realDriver = stackalloc byte[UnloadDriver.NameBytes];
        Span<byte> realTimeline = stackalloc byte[UnloadDriver.NameBytes];
        UnloadDriver.Write(realDriver, "driver-"u8, number);
        UnloadDriver.Write(realTimeline, "timeline-"u8, number);
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        bool before = section.View.IsPending(fence);
        ReadOnlySpan<byte> driver = section.View.DriverName(fence);
        bool driverIsReal = Judge(driver, _swapped ? realTimeline : realDriver, "detached-driver"u8);
        bool timelineIsReal = Judge(section.View.TimelineName(fence), realTimeline, "signaled-timeline"u8);

        // The text stays to the end of the section, also when its driver has gone meanwhile (C6).
        if (driverIsReal)
        {
            Judge(driver, _swapped ? realTimeline : realDriver, default);
        }

        // Real names before the signal, the others after it, and never back.
        bool after = section.View.IsPending(fence);
        if ((!before && driverIsReal) || (!driverIsReal && timelineIsReal) || (after && !timelineIsReal))
        {
            WrongNames++;
        }

        NamesRead += 2;
        NamesReadPending += after ? 2 : 0;
    }

    // True: the real name; false: the one of a signaled fence. Anything else is counted.
    private bool Judge(ReadOnlySpan<byte> name, ReadOnlySpan<byte> real, ReadOnlySpan<byte> signaled)
    {
        if (name.SequenceEqual(signaled))
        {
            return false;
        }

        if (!name.SequenceEqual(real))
        {
            bool poisoned = name.Length >= sizeof(ulong) && System.Runtime.InteropServices.MemoryMarshal.Read<ulong>(name) == Poison.Pattern;
            LateReads += poisoned ? 1 : 0;
            WrongNames += poisoned ? 0 : 1;
        }

        return true;
    }

    private void Describe(Fence fence, long number)
    {
        Span<byte> text = stackalloc byte[160];
        int length;
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            length = section.View.Describe(fence, text);
        }

        Span<byte> real = stackalloc byte[(2 * UnloadDriver.NameBytes) + 1];
        UnloadDriver.Write(real[..UnloadDriver.NameBytes], "driver-"u8, number);
        real[UnloadDriver.NameBytes] = (byte)' ';
        UnloadDriver.Write(real[(UnloadDriver.NameBytes + 1)..], "timeline-"u8, number);
        ReadOnlySpan<byte> line = text[..length];
        bool right = line.EndsWith(" unsignaled"u8)
            ? line.StartsWith(real)
            : line.StartsWith("detached-driver signaled-timeline seq "u8) && line.EndsWith(" signaled"u8);
        if (!right)
        {
            if (WrongNames++ == 0)
            {
                Console.Error.WriteLine($"described: {Encoding.UTF8.GetString(line)}"); // the first one; the rest are counted
            }
        }

        Describes++;
    }
}
