using System.Runtime.CompilerServices;

namespace FastFence.Reclamation;

/// <summary>Sections of the calling thread, whatever record it has. Never fails, never blocks.</summary>
internal static unsafe class Section
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

    /// <summary>Throws when the calling thread is inside a section: <paramref name="what"/> would wait for itself.</summary>
    public static void ThrowIfInside(string what)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader != null ? Reader.IsInside(reader) : Registry.Current.SharedNest != 0)
        {
            throw new InvalidOperationException(
                $"{what} inside an access section would wait for the section itself (contract C5). End the section first.");
        }
    }
}
