using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Reclamation;

namespace FastFence.EntrySample;

/// <summary>
/// Ways into a section, each followed by the section's first load. The first argument that a load goes through is the one the checker
/// follows: a <c>Fence</c> alone, or <c>shared</c> behind domain and reader.
/// </summary>
internal static unsafe class Entries
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Bare(DomainBlock* domain, ReaderRecord* reader, ulong* shared)
    {
        Reader.Enter(domain, reader);
        ulong value = Atomic.LoadAcquire(ref *shared);
        Reader.Exit(reader);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Twice(DomainBlock* domain, ReaderRecord* reader, ulong* shared)
    {
        Reader.Enter(domain, reader);
        ulong value = Atomic.LoadAcquire(ref *shared);
        Reader.Enter(domain, reader);
        value += Atomic.LoadAcquire(ref *shared);
        Reader.Exit(reader);
        Reader.Exit(reader);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong OfThread(ulong* shared)
    {
        Section.Enter();
        ulong value = Atomic.LoadAcquire(ref *shared);
        Section.Exit();
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static AccessSection Open(ref AccessToken token) => AccessSection.Begin(ref token);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Guard(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return section.View.IsPending(fence);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int GuardedName(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return section.View.DriverName(fence).Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Action(Fence fence)
    {
        Question question = new() { Fence = fence };
        Access.Run(ref question);
        return question.Pending;
    }

    private struct Question : IAccessAction
    {
        public Fence Fence;
        public bool Pending;

        public void Invoke(scoped AccessView view) => Pending = view.IsPending(Fence);
    }
}
