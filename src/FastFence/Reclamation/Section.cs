using System.Runtime.CompilerServices;

namespace FastFence.Reclamation;

/// <summary>Sections of the calling thread, whatever record it has. Never fails, never blocks.</summary>
internal static unsafe partial class Section
{
    /// <summary>Enters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter() => Enter(ref Registry.Current);

    /// <summary>Enters, with the calling thread's words in hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ref ThreadWords words)
    {
        ReaderRecord* reader = Registry.ReaderOf(ref words);
        if (reader != null)
        {
            Reader.Enter(Domain.Process, reader);
        }
        else
        {
            EnterShared(ref words);
        }
    }

    /// <summary>Leaves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit() => Exit(ref Registry.Current);

    /// <summary>Leaves, with the calling thread's words in hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ref ThreadWords words)
    {
        // A section on the shared record leaves the thread without one of its own until it has ended.
        ReaderRecord* reader = words.Reader;
        if (reader != null)
        {
            Reader.Exit(reader);
        }
        else
        {
            ExitShared(ref words);
        }
    }

    /// <summary>As <see cref="Reader.EnterBrief"/>, whatever record the thread has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EnterBrief(ref ThreadWords words)
    {
        ReaderRecord* reader = words.Reader;
        return reader != null ? Reader.EnterBrief(Domain.Process, reader) : EnterFirst(ref words);
    }

    /// <summary>Leaves it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LeaveBrief(ref ThreadWords words, ulong before)
    {
        ReaderRecord* reader = words.Reader;
        if (reader != null)
        {
            Reader.LeaveBrief(reader, before);
        }
        else
        {
            Exit(ref words);
        }
    }

    /// <summary>Is the calling thread inside a section that it must not block in? Online readers: inside a nested one.</summary>
    public static bool IsInside()
    {
        ReaderRecord* reader = Registry.CurrentReader();
        return reader != null ? Reader.IsInside(reader) : Registry.Current.SharedNest != 0;
    }

    /// <summary>Throws when the calling thread is inside a section: <paramref name="what"/> does not belong there.</summary>
    public static void ThrowIfInside(string what, MisuseKind kind = MisuseKind.WaitInsideSection)
    {
        if (IsInside())
        {
            if (Checks.On)
            {
                ReportInside(what, kind);
            }

            ThrowInside(what);
        }
    }

    /// <summary>As the other, for what waits, or may wait, for all sections to end (grace periods, teardown).</summary>
    public static void ThrowBeforeGrace(string what)
    {
        ThrowIfInside(what);
        if (Checks.On)
        {
            CheckBeforeGrace(what);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnterShared(ref ThreadWords words)
    {
        SharedReader.Enter(Domain.Process);
        words.SharedNest++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ExitShared(ref ThreadWords words)
    {
        words.SharedNest--;
        SharedReader.Exit(Domain.Process);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong EnterFirst(ref ThreadWords words)
    {
        Enter(ref words);
        return 0;
    }

    /// <summary>Throws: the calling thread is inside a section.</summary>
    public static void ThrowInside(string what) => throw new InvalidOperationException(
        $"{what} inside an access section would wait for the section itself (contract C5). End the section first.");
}
