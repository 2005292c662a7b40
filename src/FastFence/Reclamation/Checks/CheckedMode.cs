using FastFence.Atomics;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// Checked mode: misuse of the contract that the compiler cannot see is reported with its call site and thread, once a site. It is a
/// property of the process, since sections are: set <c>FASTFENCE_CHECKED</c> to 1 or <c>throw</c>, or the runtime option
/// <c>FastFence.Checked</c>, before the first use. Off, it costs nothing; on, see CONTRACT.md.
/// </summary>
public static class CheckedMode
{
    /// <summary>The environment variable: 0, 1 or <c>throw</c>. It stands above the option.</summary>
    public const string Variable = "FASTFENCE_CHECKED";

    /// <summary>The runtime option (<c>runtimeconfig.json</c>, <c>AppContext.SetData</c>) with the same values.</summary>
    public const string Option = "FastFence.Checked";

    private static uint s_throws = Checks.ThrowsAtFirst ? 1u : 0;

    /// <summary>
    /// A misuse, the first time at its site. Raised on the thread that did it, in the middle of what it did: be quick, call nothing
    /// of FastFence that waits. An exception of a listener is dropped.
    /// </summary>
    public static event EventHandler<MisuseEventArgs>? Misused;

    /// <summary>Is it on? Fixed for the life of the process.</summary>
    public static bool IsOn => Checks.On;

    /// <summary>
    /// Does a misuse also throw <see cref="FenceMisuseException"/>, every time and before anything has changed? What is found about a
    /// thread that has ended cannot: it is an event only. Any thread.
    /// </summary>
    public static bool Throws
    {
        get => Atomic.LoadAcquire(ref s_throws) != 0;
        set => Atomic.StoreRelease(ref s_throws, value ? 1u : 0);
    }

    /// <summary>Misuses so far, repeated ones at one site included.</summary>
    public static long MisuseCount => (long)Misuses.Count;

    internal static void Raise(MisuseEventArgs misuse) => Misused?.Invoke(null, misuse);
}
