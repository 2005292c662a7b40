using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// The calling thread, looked up once: its reader handle. Every call below is the one of the same name without the look-up of the
/// thread, which is up to two fifths of a short call's time (bench/LOG.md, entry 7). Take it at the head of a loop, use it, let it go: a ref struct cannot
/// leave its thread, which is why no call has to ask whose it is. It belongs to no engine, holds nothing and needs no disposing.
/// Thread class: owning. Source: the registered threads of liburcu, the local handles of crossbeam.
/// </summary>
[SuppressMessage("Performance", "CA1815:Override equals", Justification = "A ref struct is not compared.")]
public readonly unsafe ref struct FenceThread
{
    private readonly ref ThreadWords _words;

    private FenceThread(ref ThreadWords words) => _words = ref words;

    /// <summary>The calling thread. Never fails, never blocks; a thread that meets FastFence for the first time is registered.</summary>
    [SuppressMessage("Design", "CA1024:Use properties where appropriate", Justification = "It registers the thread.")]
    public static FenceThread GetCurrent()
    {
        ref ThreadWords words = ref Registry.Current;
        Registry.ReaderOf(ref words);
        return new FenceThread(ref words);
    }

    /// <summary>As <see cref="Timeline.TryCreateFence"/>.</summary>
    /// <param name="timeline">The timeline.</param>
    /// <param name="source">The signaller's side.</param>
    /// <param name="privateData">The exporter's data of this fence.</param>
    /// <exception cref="InvalidOperationException">This is a default.</exception>
    public bool TryCreateFence(Timeline timeline, out FenceSource source, nint privateData = 0)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        return timeline.TryCreate(ref Words, out source, privateData);
    }

    /// <summary>As <see cref="FenceSource.Signal(FenceError)"/>.</summary>
    /// <param name="source">The fence.</param>
    /// <param name="error">The error, or none.</param>
    /// <exception cref="InvalidOperationException">This is a default, or the source is.</exception>
    public SignalResult Signal(FenceSource source, FenceError error = default)
    {
        FenceSlot.AskFor(source.Unmarked.Slot);
        return source.SignalOn(ref Words, error);
    }

    /// <summary>As <see cref="FenceSource.Dispose"/>.</summary>
    /// <param name="source">The source; <c>default</c> is passed over.</param>
    /// <exception cref="InvalidOperationException">This is a default.</exception>
    public void Dispose(FenceSource source) => source.DisposeOn(ref Words);

    /// <summary>As the form of <c>Fence.AddCallback</c> that takes a static managed function.</summary>
    /// <param name="fence">The fence.</param>
    /// <param name="callback">The function.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="registration">For removal.</param>
    /// <exception cref="InvalidOperationException">This is a default, or the handle is null.</exception>
    public AddCallbackResult AddCallback(
        Fence fence, delegate*<Fence, nint, void> callback, nint state, out CallbackRegistration registration)
    {
        Fence.ThrowIfNoFunction(callback);
        return CallbackAdd.Add(ref Words, fence.Value, NodeKind.Managed, (nint)callback, state, out registration);
    }

    /// <summary>As <see cref="CallbackRegistration.Remove"/>.</summary>
    /// <param name="registration">The registration.</param>
    /// <exception cref="InvalidOperationException">This is a default.</exception>
    public bool Remove(CallbackRegistration registration) => registration.RemoveOn(ref Words);

    /// <summary>As <see cref="AccessSection.Begin"/>.</summary>
    /// <param name="token">A local of the calling method.</param>
    /// <param name="member">Left to the compiler, for checked mode.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="InvalidOperationException">The token is in use, or this is a default.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public AccessSection BeginAccess(
        ref AccessToken token, [CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AccessSection.BeginOn(ref Words, ref token, member, file, line);

    /// <summary>
    /// Says that the thread will not use the engine for a while: a grace period then need not interrupt the thread's core, and is shorter by that; while every
    /// thread rests, sleeps in a wait or is an <see cref="OnlineReader"/> it interrupts none. Nothing else changes: the next call begins with a fence (some
    /// nanoseconds) and ends the rest. The engine's own threads rest whenever they sleep. Never blocks; inside a section, nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is a default.</exception>
    public void Rest() => Reader.Rest(Words.Reader);

    private ref ThreadWords Words
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (Unsafe.IsNullRef(ref _words))
            {
                ThrowDefault();
            }

            return ref _words;
        }
    }

    private static void ThrowDefault() =>
        throw new InvalidOperationException("default(FenceThread) is no thread. Take one by FenceThread.GetCurrent() on the thread that uses it.");
}
