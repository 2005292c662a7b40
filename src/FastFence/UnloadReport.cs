using System.Globalization;
using System.Text;

namespace FastFence;

/// <summary>Steps of an unload, in their order (C17).</summary>
public enum UnloadStep
{
    /// <summary>Closing is marked; a grace period until no create or enable is in flight.</summary>
    Creation,

    /// <summary>Rings end: the device comes to rest, the poller completes what is outstanding.</summary>
    Rings,

    /// <summary>Pending fences of its software timelines are signaled.</summary>
    Fences,

    /// <summary>A grace period: nobody uses what he read while a fence was pending.</summary>
    GracePeriod,

    /// <summary>Sleepers in its <c>Wait</c> op have been woken and have left it.</summary>
    Sleepers,

    /// <summary>Callbacks of its code, on anyone's fences, are removed or have returned.</summary>
    Callbacks,

    /// <summary>Its destructors and its <c>Release</c> op have returned.</summary>
    Destructors,

    /// <summary>Its code is unloaded.</summary>
    Code,
}

/// <summary>How long a step took.</summary>
/// <param name="Step">The step.</param>
/// <param name="Elapsed">Its time; waiting and work.</param>
public readonly record struct UnloadTime(UnloadStep Step, TimeSpan Elapsed);

/// <summary>Who held up an unload when its limit had passed.</summary>
public sealed record UnloadHolder
{
    /// <summary>The step that did not end.</summary>
    public required UnloadStep Step { get; init; }

    /// <summary>OS thread id; 0 when it is not a thread.</summary>
    public int ThreadId { get; init; }

    /// <summary>The thread's name as the OS has it (its first 15 bytes), or empty.</summary>
    public string ThreadName { get; init; } = string.Empty;

    /// <summary>The fence of the callback or op; null handle when there is none.</summary>
    public Fence Fence { get; init; }

    /// <summary>Address of the callback, op or destructor; 0 when not known (a delegate).</summary>
    public nint Function { get; init; }

    /// <summary>In words: who, where, what to do.</summary>
    public required string Description { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Description;
}

/// <summary>What an unload did and waited for.</summary>
public sealed record UnloadReport
{
    /// <summary>Is everything of the exporter gone? If not, its code has to stay loaded: see <see cref="HeldBy"/>, and call again.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Was the code unloaded here? False without an <see cref="ExporterCode"/>: then it is the caller's to unload.</summary>
    public bool IsCodeUnloaded { get; init; }

    /// <summary>From the call to the end.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Steps begun, in order; the last one is the one that did not end, if any.</summary>
    public IReadOnlyList<UnloadTime> Steps { get; init; } = [];

    /// <summary>Pending fences that were signaled with the error, on rings and elsewhere.</summary>
    public int FencesSignaled { get; init; }

    /// <summary>Threads that were inside its <c>Wait</c> op and were woken.</summary>
    public int SleepersWoken { get; init; }

    /// <summary>Callbacks of its code removed from fences that were pending.</summary>
    public int CallbacksRemoved { get; init; }

    /// <summary>Callbacks of its code that were on their way and were waited for.</summary>
    public int CallbacksAwaited { get; init; }

    /// <summary>Destructors that were waited for, the <c>Release</c> op among them.</summary>
    public int DestructorsAwaited { get; init; }

    /// <summary>Who holds it up; empty when it is complete.</summary>
    public IReadOnlyList<UnloadHolder> HeldBy { get; init; } = [];

    /// <summary>One line, and one for each holder.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{(IsComplete ? "complete" : "held up")} after {Elapsed.TotalMilliseconds:0.###} ms");
        foreach (UnloadTime time in Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $", {time.Step} {time.Elapsed.TotalMilliseconds:0.###}");
        }

        text.Append(CultureInfo.InvariantCulture, $"; {FencesSignaled} fences signaled, {SleepersWoken} sleepers woken, callbacks {CallbacksRemoved} removed {CallbacksAwaited} awaited, {DestructorsAwaited} destructors");
        foreach (UnloadHolder holder in HeldBy)
        {
            text.Append('\n').Append(holder.Description);
        }

        return text.ToString();
    }
}
