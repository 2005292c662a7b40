using System.Runtime.CompilerServices;

namespace FastFence.Reclamation;

/// <summary>Sections of the calling thread, whatever record it has. Never fails, never blocks.</summary>
internal static unsafe partial class Section
{
    /// <summary>Enters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter()
    {
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader != null)
        {
            Reader.Enter(Domain.Process, reader);
        }
        else
        {
            SharedReader.Enter(Domain.Process);
            Registry.Current.SharedNest++;
        }
    }

    /// <summary>Leaves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit()
    {
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader != null)
        {
            Reader.Exit(reader);
        }
        else
        {
            Registry.Current.SharedNest--;
            SharedReader.Exit(Domain.Process);
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

    /// <summary>Throws: the calling thread is inside a section.</summary>
    public static void ThrowInside(string what) => throw new InvalidOperationException(
        $"{what} inside an access section would wait for the section itself (contract C5). End the section first.");
}
