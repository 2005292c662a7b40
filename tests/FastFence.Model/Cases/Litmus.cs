using FastFence.Atomics;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Platform;

namespace FastFence.Model.Cases;

/// <summary>The textbook shapes, by which the explorer itself is judged; no tag of the engine.</summary>
/// <param name="shape">Which.</param>
internal sealed unsafe class Litmus(Litmus.Shape shape) : ModelCase
{
    private readonly ulong[] _seen = new ulong[2];

    /// <summary>A shape and what must not be seen in it.</summary>
    internal enum Shape
    {
        /// <summary>Store x, load y | store y, load x: both zero. Must be seen.</summary>
        StoreBuffer,

        /// <summary>The same with a full fence between on both sides. Must not be seen.</summary>
        StoreBufferFenced,

        /// <summary>The same with a process-wide barrier on one side only. Must not be seen.</summary>
        StoreBufferBarrier,

        /// <summary>Plain store x, plain store y | load y, load x: y new and x old. Must be seen.</summary>
        Message,

        /// <summary>The same with release and acquire. Must not be seen.</summary>
        MessageReleased,

        /// <summary>A load after a load of the same word reads an older value. Must not be seen.</summary>
        Coherence,

        /// <summary>The waker looks before the sleeper lies down, and nobody wakes it. Must be seen.</summary>
        LostWake,
    }

    public override string Title => shape.ToString();

    public override IReadOnlyList<Twin> Twins => [];

    public override void SetUp()
    {
    }

    public override void Body(int thread)
    {
        switch (shape)
        {
            case Shape.StoreBuffer or Shape.StoreBufferFenced or Shape.StoreBufferBarrier:
                Atomic.StoreRelease(ref World.Word(thread), 1);
                if (shape == Shape.StoreBufferFenced)
                {
                    Atomic.FenceFull();
                }
                else if (shape == Shape.StoreBufferBarrier && thread == 0)
                {
                    ProcessBarrier.Issue();
                }

                _seen[thread] = Atomic.LoadAcquire(ref World.Word(1 - thread));
                break;
            case Shape.Message or Shape.MessageReleased:
                Message(thread, shape == Shape.MessageReleased);
                break;
            case Shape.Coherence:
                Coherence(thread);
                break;
            default:
                Wake(thread);
                break;
        }
    }

    public override void End()
    {
        if (shape is Shape.StoreBuffer or Shape.StoreBufferFenced or Shape.StoreBufferBarrier)
        {
            Require(_seen[0] + _seen[1] != 0, "both loads passed both stores");
        }
    }

    private static void Message(int thread, bool ordered)
    {
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            if (ordered)
            {
                Atomic.StoreRelease(ref World.Word(1), 1);
            }
            else
            {
                Atomic.StorePlain(ref World.Word(1), 1);
            }
        }
        else if (Atomic.LoadAcquire(ref World.Word(1)) == 1)
        {
            Require(Atomic.LoadPlain(ref World.Word(0)) == 1, "the flag is seen without the message");
        }
    }

    private static void Coherence(int thread)
    {
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            Atomic.StorePlain(ref World.Word(0), 2);
        }
        else
        {
            ulong first = Atomic.LoadPlain(ref World.Word(0));
            Require(Atomic.LoadPlain(ref World.Word(0)) >= first, "a word went back");
        }
    }

    private static void Wake(int thread)
    {
        ref uint word = ref System.Runtime.CompilerServices.Unsafe.As<ulong, uint>(ref World.Word(0));
        uint* address = (uint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref word);
        if (thread == 0)
        {
            Futex.Wait(address, 0, Futex.NoDeadline);
        }
        else
        {
            Futex.Wake(address, 1); // forgets to change the word first
        }
    }
}
