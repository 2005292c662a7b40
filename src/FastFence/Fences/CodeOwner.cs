using System.Runtime.Loader;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// Says whose code a callback is. A callback that an exporter registers on somebody else's fence is the exporter's code: name its
/// <c>CodeOwner</c> when adding it, and unloading the exporter removes it or waits until it has returned (C17).
/// </summary>
public sealed class CodeOwner
{
    private static readonly Lock s_lock = new();
    private static readonly Queue<(uint Number, GraceToken Since)> s_given = [];
    private static readonly Dictionary<AssemblyLoadContext, CodeOwner> s_contexts = [];
    private static uint s_used;
    private static uint s_contextCount;
    private static nint s_counts;

    private AssemblyLoadContext? _context;
    private uint _closed;

    internal CodeOwner(AssemblyLoadContext? context)
    {
        lock (s_lock)
        {
            Number = TakeNumber();
            if (context != null && s_contexts.TryAdd(context, this))
            {
                _context = context;
                Atomic.StoreRelease(ref s_contextCount, (uint)s_contexts.Count);
            }
        }
    }

    /// <summary>Counts of the process; made with the first engine, kept for good.</summary>
    internal static nint Counts
    {
        get
        {
            lock (s_lock)
            {
                unsafe
                {
                    s_counts = s_counts != 0 ? s_counts : (nint)BlockHeap.TryAllocate(Fences.OwnedCode.Bytes);
                }

                return s_counts;
            }
        }
    }

    /// <summary>Its line in the counts; 0 once that may be another's.</summary>
    internal uint Number { get; private set; }

    /// <summary>Callbacks that neither ran nor were removed.</summary>
    internal uint Pending => Number == 0 ? 0 : Fences.OwnedCode.Count(s_counts, Number);

    /// <summary>Counts a callback in; false when the owner is going away. Inside a section that goes on until the push.</summary>
    internal bool TryEnter()
    {
        if (Atomic.LoadAcquire(ref _closed) != 0)
        {
            return false;
        }

        Fences.OwnedCode.Enter(s_counts, Number);
        return true;
    }

    /// <summary>Counts one out that was never pushed, or was removed.</summary>
    internal static void Leave(uint number) => Fences.OwnedCode.Leave(s_counts, number);

    /// <summary>No callback is counted in from here on, but by sections that are open now.</summary>
    internal void Close() => Atomic.ExchangeFull(ref _closed, 1);

    /// <summary>The count is 0 and stays so: the number serves another owner once nobody can be reading it.</summary>
    internal void GiveBack()
    {
        lock (s_lock)
        {
            ForgetContext();
            s_given.Enqueue((Number, GracePeriod.Start()));
            Number = 0;
        }
    }

    internal void ForgetContext()
    {
        if (_context != null)
        {
            s_contexts.Remove(_context);
            _context = null;
            Atomic.StoreRelease(ref s_contextCount, (uint)s_contexts.Count);
        }
    }

    /// <summary>The owner of a delegate's code if an exporter has named its load context; null is the host. Costs one load while there is none.</summary>
    internal static CodeOwner? OwnerOf(Delegate callback)
    {
        if (Atomic.LoadAcquire(ref s_contextCount) == 0)
        {
            return null;
        }

        System.Reflection.Assembly assembly = callback.Target?.GetType().Assembly ?? callback.Method.Module.Assembly;
        if (!assembly.IsCollectible || AssemblyLoadContext.GetLoadContext(assembly) is not { } context)
        {
            return null;
        }

        lock (s_lock)
        {
            return s_contexts.GetValueOrDefault(context);
        }
    }

    private static uint TakeNumber()
    {
        if (s_given.TryPeek(out (uint Number, GraceToken Since) given) && GracePeriod.Poll(given.Since))
        {
            return s_given.Dequeue().Number;
        }

        return s_used < Fences.OwnedCode.Owners - 1 ? ++s_used : throw new InsufficientMemoryException(
            $"{Fences.OwnedCode.Owners - 1} exporters own callbacks at this time and no more can: unload some.");
    }
}
