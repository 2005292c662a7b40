using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>What a node does when its fence signals.</summary>
internal enum NodeKind : byte
{
    /// <summary>Unmanaged function pointer; any thread that signals, pollers included.</summary>
    Native,

    /// <summary>Managed function pointer; a managed thread that signals, or the dispatcher.</summary>
    Managed,

    /// <summary>Delegate, by its index in the delegate table; as <see cref="Managed"/>.</summary>
    Delegate,

    /// <summary>A waiting thread: the argument is its futex word.</summary>
    Waiter,

    /// <summary>Unmanaged function pointer that leads into managed code: as <see cref="Managed"/> (decision 8).</summary>
    Thunk,

    /// <summary>
    /// The engine's own managed function of one argument: it never blocks, runs none of the user's code, and runs ahead of all
    /// callbacks, whatever holds those up (fault 38).
    /// </summary>
    Await,

    /// <summary>A thread that waits for several fences: the function is its <see cref="WaitGroup"/>, the argument which fence this is.</summary>
    GroupWaiter,

    /// <summary>A poller with a job that waits for the fence: the argument is the word it sleeps on.</summary>
    Poller,

    /// <summary>A thread that waits for a timeline's value: the function is the seqno, the argument its futex word.</summary>
    ValueWaiter,

    /// <summary>
    /// As <see cref="Managed"/>, but never on the thread that signals: the dispatcher, or the timeline's executor, runs it, and with it
    /// the fence's other managed callbacks, whose order stands.
    /// </summary>
    Dispatched,

    /// <summary>An await of a timeline's value: the function is the seqno, the argument the number of its source.</summary>
    ValueAwaiter,
}

/// <summary>States of a node, in the low bits of <see cref="CallbackNode.State"/>; the rest is its generation.</summary>
internal static class NodeState
{
    /// <summary>In the pool.</summary>
    public const uint Free = 0;

    /// <summary>Accepted, will run.</summary>
    public const uint Pending = 1;

    /// <summary>A remover has it; it will not run unless the fence closed first.</summary>
    public const uint Removing = 2;

    /// <summary>The runner found it removed and passed over it.</summary>
    public const uint Skipped = 3;

    /// <summary>The sweeper unlinked it.</summary>
    public const uint Swept = 4;

    /// <summary>The runner has it.</summary>
    public const uint Done = 5;

    /// <summary>Bits of the state.</summary>
    public const uint Mask = 7;

    /// <summary>One generation.</summary>
    public const uint GenerationStep = 8;
}

/// <summary>A registered callback or waiter: half a cache line.</summary>
[StructLayout(LayoutKind.Explicit, Size = Reservation.NodeBytes)]
internal unsafe struct CallbackNode
{
    /// <summary>Next older node; written before the push, later by the sweeper alone.</summary>
    [FieldOffset(0)]
    public uint Next;

    /// <summary>
    /// Open fence: how many nodes were pushed before. Closed: next in running order; in the last node of a fence, the next
    /// fence of the run list. In an await's chain: the next older one.
    /// </summary>
    [FieldOffset(4)]
    public uint RunNext;

    /// <summary>State and generation: see <see cref="NodeState"/>. The only word that survives reclaim.</summary>
    [FieldOffset(8)]
    public uint State;

    /// <summary>Number of the owner of the code (<see cref="CodeOwner"/>), 0 = the host (C17).</summary>
    [FieldOffset(12)]
    public ushort Owner;

    /// <summary>A <see cref="NodeKind"/>; bit 7: last of its fence on a run list.</summary>
    [FieldOffset(14)]
    public byte Kind;

    /// <summary>1 once the remover has seen the fence open after marking the node: it will not touch the node again.</summary>
    [FieldOffset(15)]
    public byte Final;

    /// <summary>The function.</summary>
    [FieldOffset(16)]
    public nint Function;

    /// <summary>Its argument; a waiter's futex word; while swept, the link of the sweeper's list.</summary>
    [FieldOffset(24)]
    public nint Argument;

    /// <summary>Mark of the last node of a fence.</summary>
    public const byte LastBit = 0x80;

    /// <summary>Makes it one of this kind, of nobody's code, not final: three fields in one store.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetKind(CallbackNode* node, NodeKind kind) => *(uint*)&node->Owner = (uint)kind << 16;

    /// <summary>Does nothing belong to it that goes with it: no delegate, no owner?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlain(CallbackNode* node) => node->Owner == 0 && (node->Kind & ~LastBit) != (byte)NodeKind.Delegate;

    /// <summary>Is it a managed callback, function or delegate, of nobody's code? One comparison for owner, kind, and the marks beside it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOwnerless(CallbackNode* node) =>
        BitOperations.RotateRight(*(uint*)&node->Owner, 16) - (uint)NodeKind.Managed <= NodeKind.Delegate - NodeKind.Managed;

    /// <summary>Its state. Not by name, as <see cref="FenceSlot.HeadOf"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref uint StateOf(CallbackNode* node) => ref ((uint*)node)[2];

    /// <summary>Its link, which stands first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref uint NextOf(CallbackNode* node) => ref *(uint*)node;

    /// <summary>The node of an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CallbackNode* At(uint index) => (CallbackNode*)Reservation.NodeAt(index);
}
