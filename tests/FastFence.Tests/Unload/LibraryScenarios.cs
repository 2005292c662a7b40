using System.Text;
using FastFence.Tests.Memory;
using FastFence.Tests.Teardown;

namespace FastFence.Tests.Unload;

/// <summary>
/// What a child process does: a library's exporter goes away at the worst moment, with or without a protection. Without it the process
/// dies of the access to pages that are not mapped any more.
/// </summary>
internal static class LibraryScenarios
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    /// <summary>Runs one; throws when what must hold does not.</summary>
    public static void Run(string name, bool unprotected)
    {
        using FenceEngine engine = Lives.Stepped();
        using LibraryDriver driver = new(engine);
        Must(LibraryDriver.IsMapped, "the library is not mapped");
        switch (name)
        {
            case "callbacks":
                Callbacks(engine, driver, unprotected);
                break;
            case "running":
                Running(engine, driver, unprotected);
                break;
            case "sleepers":
                Sleepers(driver, unprotected);
                break;
            case "names":
                Names(driver, unprotected);
                break;
            case "destructors":
                Destructors(driver, unprotected);
                break;
            case "everything":
                Everything(engine, driver);
                break;
            default:
                throw new ArgumentException(name);
        }

        Must(!LibraryDriver.IsMapped, "the library is still mapped");
        Must(Volatile.Read(ref FactsOf(driver).Released) == 1, "the release op did not run");
    }

    // It waits on the fences of others, of two engines.
    private static void Callbacks(FenceEngine engine, LibraryDriver driver, bool unprotected)
    {
        using FenceEngine other = Lives.Stepped();
        FenceSource[] foreign = [engine.CreateTimeline("t").CreateFence(), other.CreateTimeline("t").CreateFence()];
        Array.ForEach(foreign, s => driver.AddCallback(s.Fence));
        Unload(driver, unprotected ? UnloadSkip.Callbacks : UnloadSkip.None);
        Lives.End(foreign);
        Must(FactsOf(driver).Calls == 0, "a callback ran after the unload");
    }

    private static void Running(FenceEngine engine, LibraryDriver driver, bool unprotected)
    {
        FenceSource foreign = engine.CreateTimeline("t").CreateFence();
        driver.AddCallback(foreign.Fence);
        FactsOf(driver).Hold = 1;
        using Worker signaller = new();
        Action signaled = signaller.Begin(() => foreign.Signal());
        Until.Holds(() => Volatile.Read(ref FactsOf(driver).Inside) == 1, "a callback inside the library");
        UnloadWhileHeld(driver, unprotected ? UnloadSkip.Callbacks : UnloadSkip.None);
        signaled();
        Must(FactsOf(driver).Calls == 1, "the callback did not run");
    }

    private static void Sleepers(LibraryDriver driver, bool unprotected)
    {
        Fence fence = driver.Exporter.CreateTimeline("t").CreateFence().Fence;
        FactsOf(driver).Hold = 1;
        using Worker sleeper = new();
        Action woken = sleeper.Begin(() => fence.Wait());
        Until.Holds(() => Volatile.Read(ref FactsOf(driver).Waiting) == 1, "a sleeper inside the library");
        UnloadWhileHeld(driver, unprotected ? UnloadSkip.Sleepers : UnloadSkip.None);
        woken();
        Must(FactsOf(driver).Waiting == 0, "a sleeper is still inside");
    }

    private static void Destructors(LibraryDriver driver, bool unprotected)
    {
        FactsOf(driver).Hold = 1;
        driver.Retire();
        Until.Holds(() => Volatile.Read(ref FactsOf(driver).Inside) == 1, "a destructor inside the library");
        UnloadWhileHeld(driver, unprotected ? UnloadSkip.Destructors : UnloadSkip.None);
        Until.Holds(() => Volatile.Read(ref FactsOf(driver).Destroyed) == 1, "the destructor's end");
    }

    // The observer comes when the ring is being brought to rest, so that of all grace periods the one after the signals alone covers it.
    private static void Names(LibraryDriver driver, bool unprotected)
    {
        using ManualResetEventSlim ended = new();
        using Worker observer = new();
        Fence fence = default;
        Action? read = null;
        Device device = new()
        {
            OnQuiesce = () =>
            {
                using ManualResetEventSlim reading = new();
                read = observer.Begin(() => ReadName(fence, reading, ended));
                reading.Wait(s_minute);
            },
        };
        FenceRing ring = driver.Exporter.CreateRing("r", new RingOptions { Device = device });
        ring.EmitDetached(default, out fence);
        driver.Exporter.Skip = unprotected ? UnloadSkip.GracePeriod | UnloadSkip.Destructors : UnloadSkip.None; // a release op waits for its own
        Task<UnloadReport> unload = driver.Exporter.UnloadAsync(s_minute);
        Until.Holds(() => fence.IsSignaled, "the signal");
        Must(unprotected || !unload.Wait(100), "the unload did not wait for the observer");
        Must(!unprotected || unload.Wait(s_minute), "the unload waited");
        Console.Out.WriteLine("child: reading on");
        Console.Out.Flush();
        ended.Set();
        read!();
        Must(unload.Wait(s_minute) && unload.Result.IsComplete, "the unload did not end");
    }

    // The whole of it: fences held for ever, sleepers, callbacks on others' fences, names read all the time.
    private static void Everything(FenceEngine engine, LibraryDriver driver)
    {
        FenceSource[] held = Lives.Hold(driver.Exporter.CreateTimeline("t"), 200);
        Array.ForEach(held[..100], s => s.Signal());
        FenceSource[] foreign = Lives.Hold(engine.CreateTimeline("t"), 20);
        Array.ForEach(foreign, s => driver.AddCallback(s.Fence));
        driver.Retire();
        bool end = false;
        using Worker describer = new();
        Action described = describer.Begin(() =>
        {
            while (!Volatile.Read(ref end))
            {
                Array.ForEach(held, s => MustBeRight(s.Fence));
            }
        });
        List<Worker> sleepers = [.. Enumerable.Range(0, 3).Select(_ => new Worker())];
        Fence last = held[^1].Fence;
        List<Action> woken = [.. sleepers.Select(w => w.Begin(() => last.Wait()))];
        Until.Holds(() => Volatile.Read(ref FactsOf(driver).Waiting) == 3, "sleepers inside the library");
        UnloadReport report = Unload(driver, UnloadSkip.None);
        Must((report.FencesSignaled, report.SleepersWoken, report.CallbacksRemoved) == (100, 3, 20), report.ToString());
        woken.ForEach(w => w());
        sleepers.ForEach(w => w.Dispose());
        Lives.End(foreign);
        Array.ForEach(held, s => MustBeRight(s.Fence));
        Volatile.Write(ref end, true);
        described();
        Must(FactsOf(driver).Destroyed == 1, "the destructor did not run");
        Lives.End(held);
    }

    private static UnloadReport Unload(LibraryDriver driver, UnloadSkip skip)
    {
        driver.Exporter.Skip = skip;
        UnloadReport report = driver.Exporter.UnloadAsync(s_minute).Result;
        Must(report.IsComplete && report.IsCodeUnloaded, report.ToString());
        return report;
    }

    // Protected: the unload waits while a thread stands in the library, and ends when it has come out. Not so: it ends at once, and the
    // thread comes out into nothing.
    private static void UnloadWhileHeld(LibraryDriver driver, UnloadSkip skip)
    {
        driver.Exporter.Skip = skip;
        Task<UnloadReport> unload = driver.Exporter.UnloadAsync(s_minute);
        if (skip == UnloadSkip.None)
        {
            Must(!unload.Wait(100), "the unload did not wait");
            Must(LibraryDriver.IsMapped, "the library is gone under a thread");
        }
        else
        {
            // Its own data's end waits on, behind a destructor; the code is gone.
            Until.Holds(() => !LibraryDriver.IsMapped, "the unload without its protection");
            Console.Out.WriteLine("child: coming out");
            Console.Out.Flush();
        }

        Volatile.Write(ref FactsOf(driver).Hold, 0);
        Must(unload.Wait(s_minute) && unload.Result.IsComplete, "the unload did not end");
    }

    private static void ReadName(Fence fence, ManualResetEventSlim reading, ManualResetEventSlim ended)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        ReadOnlySpan<byte> name = section.View.TimelineName(fence);
        reading.Set();
        while (!ended.IsSet)
        {
            Thread.Yield();
        }

        Must(name.SequenceEqual("library-two"u8), "another name");
    }

    private static void MustBeRight(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        string driver = Encoding.UTF8.GetString(section.View.DriverName(fence));
        string timeline = Encoding.UTF8.GetString(section.View.TimelineName(fence));
        Must(driver is "library-one" or "detached-driver", driver);
        Must(timeline is "library-two" or "signaled-timeline", timeline);
    }

    private static unsafe ref LibraryDriver.Facts FactsOf(LibraryDriver driver) => ref *driver.Data;

    private static void Must(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
