using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// A local that an access section is bound to: spans taken in the section cannot outlive the method that holds it. Declare it,
/// pass it to <see cref="AccessSection.Begin"/>, do nothing else with it.
/// </summary>
[SuppressMessage("Performance", "CA1815:Override equals", Justification = "A token is a place, not a value.")]
public struct AccessToken
{
    internal bool Open;
}

/// <summary>
/// What can be asked inside an access section. Names and private data are the exporter's memory: they cannot be returned,
/// stored, captured or carried over <c>await</c> (C5); the compiler sees to it.
/// </summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Instance members bind what they return to the section's scope.")]
public readonly unsafe ref struct AccessView
{
    // Null in a view that was not taken from a section; that is misuse, but must not crash.
    private readonly ref ThreadWords _words;

    internal AccessView(ref ThreadWords words) => _words = ref words;

    /// <summary>Name of the driver while the fence is pending, then <c>detached-driver</c> (C7). UTF-8.</summary>
    /// <param name="fence">Any fence.</param>
    public ReadOnlySpan<byte> DriverName(Fence fence)
    {
        fence.ThrowIfNull();
        if (Checks.On)
        {
            Section.CheckReading("A driver name");
        }

        FenceSlot* slot = fence.Slot;
        if (!FenceNames.IsPending(slot, fence.Generation))
        {
            return Passed(ref _words, fence, FenceNames.DetachedDriver);
        }

        CountName(ref _words, slot);
        return FenceNames.AskDriver(slot);
    }

    /// <summary>Name of the timeline while the fence is pending, then <c>signaled-timeline</c> (C7). UTF-8.</summary>
    /// <param name="fence">Any fence.</param>
    public ReadOnlySpan<byte> TimelineName(Fence fence)
    {
        fence.ThrowIfNull();
        if (Checks.On)
        {
            Section.CheckReading("A timeline name");
        }

        FenceSlot* slot = fence.Slot;
        if (!FenceNames.IsPending(slot, fence.Generation))
        {
            return Passed(ref _words, fence, FenceNames.SignaledTimeline);
        }

        CountName(ref _words, slot);
        return FenceNames.AskTimeline(slot);
    }

    /// <summary>The exporter's data of a pending fence, or an empty span when it is signaled or has none (C6).</summary>
    /// <typeparam name="T">Layout of the data.</typeparam>
    /// <param name="fence">Any fence.</param>
    public ReadOnlySpan<T> PrivateData<T>(Fence fence)
        where T : unmanaged
    {
        fence.ThrowIfNull();
        if (Checks.On)
        {
            Section.CheckReading("Private data");
        }

        FenceSlot* slot = fence.Slot;
        return FenceNames.IsPending(slot, fence.Generation) && slot->PrivateData != 0
            ? new ReadOnlySpan<T>((void*)slot->PrivateData, 1)
            : default;
    }

    /// <summary>Is the fence pending? If so its data is valid to the end of the section, whatever the exporter does (C6).</summary>
    /// <param name="fence">Any fence.</param>
    public bool IsPending(Fence fence)
    {
        fence.ThrowIfNull();
        if (Checks.On)
        {
            Section.CheckReading("Whether private data is valid");
        }

        return FenceNames.IsPending(fence.Slot, fence.Generation);
    }

    /// <summary>Writes <c>driver timeline seq n (un)signaled</c> (C8).</summary>
    /// <param name="fence">Any fence.</param>
    /// <param name="destination">UTF-8.</param>
    /// <returns>Bytes written, 0 when the span is too short.</returns>
    public int Describe(Fence fence, Span<byte> destination)
    {
        fence.ThrowIfNull();
        if (Checks.On)
        {
            Section.CheckReading("A description");
        }

        return FenceDescriber.Describe(fence, destination);
    }

    // Nobody in a hurry asks for the name of a signaled fence.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<byte> Passed(ref ThreadWords words, Fence fence, ReadOnlySpan<byte> name)
    {
        if (FenceLife.IsCurrent(fence.Slot, fence.Generation))
        {
            CountName(ref words, fence.Slot);
        }

        return name;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountName(ref ThreadWords words, FenceSlot* slot)
    {
        ThreadCache* cache = Unsafe.IsNullRef(ref words) ? null : words.Cache;
        if (cache != null && cache->Pools == (PoolSet*)slot->Timeline->Engine)
        {
            ThreadCache.Count(cache, Counter.NamesRead);
        }
    }
}

/// <summary>
/// A guard form of the access section, for loops and several fences:
/// <code>
/// AccessToken token = default;
/// using AccessSection section = AccessSection.Begin(ref token);
/// Use(section.View.DriverName(fence));
/// </code>
/// Opening one never fails, never blocks, never allocates; sections nest; a blocking wait inside one is refused.
/// </summary>
public readonly unsafe ref struct AccessSection : IDisposable
{
    private readonly ref bool _open;
    private readonly ref ThreadWords _words;

    private AccessSection(ref bool open, ref ThreadWords words)
    {
        _open = ref open;
        _words = ref words;
    }

    /// <summary>What can be asked.</summary>
    public AccessView View => new(ref _words);

    /// <summary>Opens a section on this thread.</summary>
    /// <param name="token">A local of the calling method.</param>
    /// <param name="member">Left to the compiler, for checked mode; costs nothing without it, since the method is inlined.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="InvalidOperationException">The token is in use.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AccessSection Begin(
        ref AccessToken token, [CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        BeginOn(ref Registry.Current, ref token, member, file, line);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static AccessSection BeginOn(ref ThreadWords words, ref AccessToken token, string member, string file, int line)
    {
        if (token.Open)
        {
            ThrowTokenInUse();
        }

        Section.Enter(ref words);
        if (Checks.On)
        {
            CheckedThread thread = CheckedThread.Current;
            thread.Push(thread.SiteOf(file, line, member));
        }

        token.Open = true;
        return new AccessSection(ref token.Open, ref words);
    }

    /// <summary>Closes the section; a second call does nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        if (_open)
        {
            _open = false;
            if (Checks.IsSupported && Checks.IsAskedFor)
            {
                CheckedThread.PopCurrent();
            }

            Section.Exit(ref _words);
        }
    }

    private static void ThrowTokenInUse() =>
        throw new InvalidOperationException("This token already holds an open section: give each section its own.");
}

/// <summary>Code that runs inside an access section.</summary>
public interface IAccessAction
{
    /// <summary>Runs inside the section; must not block.</summary>
    /// <param name="view">Valid until the method returns.</param>
    void Invoke(scoped AccessView view);
}

/// <summary>The closed form of the access section: nothing to forget. Thread class: any; never blocks by itself.</summary>
public static class Access
{
    /// <summary>Runs <paramref name="action"/> inside a section.</summary>
    /// <typeparam name="TAction">A struct, so that nothing is allocated and the call is direct.</typeparam>
    /// <param name="action">Carries arguments in and results out.</param>
    public static void Run<TAction>(ref TAction action)
        where TAction : struct, IAccessAction, allows ref struct
    {
        ref ThreadWords words = ref Registry.Current;
        Section.Enter(ref words);
        if (Checks.On)
        {
            CheckedThread.Current.Push(CodeSite.OfAction<TAction>.Site);
        }

        try
        {
            action.Invoke(new AccessView(ref words));
        }
        finally
        {
            if (Checks.IsSupported && Checks.IsAskedFor)
            {
                CheckedThread.PopCurrent();
            }

            Section.Exit(ref words);
        }
    }
}
