// Code that is not ours, while it runs on a thread: whoever waits for it to return can name thread, fence and function. Plain
// words of the thread's own record. This file touches native memory only, since a poller runs callbacks too.
using System.Runtime.CompilerServices;
using FastFence.Atomics;

namespace FastFence.Reclamation;

/// <summary>Kinds of foreign code.</summary>
internal enum ForeignKind : uint
{
    /// <summary>None.</summary>
    None,

    /// <summary>A callback.</summary>
    Callback,

    /// <summary>An exporter's <c>Wait</c> op.</summary>
    WaitOp,

    /// <summary>A destructor, or an exporter's <c>Release</c> op.</summary>
    Destructor,
}

/// <summary>What a thread was doing before it entered foreign code; put back when that returns (a wait op inside a callback).</summary>
internal unsafe struct ForeignCode
{
    private uint _kind;
    private uint _owner;
    private ulong _fence;
    private nint _function;
    private nint _exporter;

    /// <summary>Notes that the thread enters. Owning thread only; a reader may be null (the shared record).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ForeignCode Enter(ReaderRecord* reader, ForeignKind kind, uint owner, ulong fence, nint function, nint exporter)
    {
        ForeignCode before = default;
        if (reader != null)
        {
            if (reader->InForeignCode != 0)
            {
                before._kind = reader->ForeignKind;
                before._owner = reader->ForeignOwner;
                before._fence = reader->ForeignFence;
                before._function = reader->ForeignFunction;
                before._exporter = reader->ForeignExporter;
            }

            Note(reader, kind, owner, fence, function, exporter);
            reader->InForeignCode++;
        }

        return before;
    }

    /// <summary>
    /// As <see cref="Enter"/>, of a thread that is in no foreign code and goes into the host's: words that are not written are as the one before has left them.
    /// Ends with <see cref="ExitOutermost"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnterOutermost(ReaderRecord* reader, ForeignKind kind, ulong fence)
    {
        Atomic.StorePlain(&reader->ForeignFence, fence);
        *(ulong*)&reader->InForeignCode = 1 | ((ulong)kind << 32);
    }

    /// <summary>The end of <see cref="EnterOutermost"/>: no depth, no kind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExitOutermost(ReaderRecord* reader) => *(ulong*)&reader->InForeignCode = 0;

    /// <summary>The thread goes on to another function, of the same kind and fence, without having come back in between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GoOn(ReaderRecord* reader, uint owner, nint function)
    {
        Atomic.StorePlain(&reader->ForeignFunction, function);
        Atomic.StorePlain(&reader->ForeignOwner, owner);
    }

    /// <summary>Puts back what was. Behind the outermost the fence and the function stay: nobody reads them without a kind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Exit(ReaderRecord* reader)
    {
        if (reader == null)
        {
            return;
        }

        if (--reader->InForeignCode == 0)
        {
            Atomic.StorePlain(&reader->ForeignExporter, 0);
            Atomic.StorePlain(&reader->ForeignOwner, 0);
            Atomic.StorePlain(&reader->ForeignKind, (uint)Reclamation.ForeignKind.None);
            return;
        }

        Note(reader, (ForeignKind)_kind, _owner, _fence, _function, _exporter);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Note(ReaderRecord* reader, ForeignKind kind, uint owner, ulong fence, nint function, nint exporter)
    {
        Atomic.StorePlain(&reader->ForeignFence, fence);
        Atomic.StorePlain(&reader->ForeignFunction, function);
        Atomic.StorePlain(&reader->ForeignExporter, exporter);
        Atomic.StorePlain(&reader->ForeignOwner, owner);
        Atomic.StorePlain(&reader->ForeignKind, (uint)kind);
    }
}
