using System.Globalization;
using System.Text;

namespace FastFence;

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
