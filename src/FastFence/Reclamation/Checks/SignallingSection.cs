using System.Runtime.CompilerServices;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// A signalling section: code that has to reach its end before somebody's fence can signal (C3; the kernel's
/// <c>dma_fence_begin_signalling</c>). Inside there is no wait, no lock that somebody holds over a wait, and no growth: a fence or
/// callback that needs a new slab is refused. Checked mode reports the waits and, where locks are told of (<see cref="LockClass"/>),
/// the orders that deadlock. Sections nest; end them on their thread, innermost first.
/// <code>using SignallingSection section = timeline.BeginSignalling();</code>
/// </summary>
/// <remarks>
/// Callbacks that a signal inside the section runs inline are inside it too. A thread beyond the reader records' bound, which can make no
/// fences, is not tracked. Cost: one thread-static and a store each way.
/// </remarks>
public readonly unsafe ref struct SignallingSection : IDisposable
{
    private readonly ReaderRecord* _reader;
    private readonly uint _outer;
    private readonly int _node;

    private SignallingSection(ReaderRecord* reader, uint outer, int node)
    {
        _reader = reader;
        _outer = outer;
        _node = node;
    }

    /// <summary>Opens one that any timeline may depend on. Any thread; never blocks, never fails.</summary>
    /// <param name="member">Left to the compiler.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    public static SignallingSection Begin([CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Checks.On ? BeginChecked(OrderGraph.AnySignaller, member, file, line) : BeginAt(OrderGraph.AnySignaller);

    /// <summary>Ends it; a second call does nothing.</summary>
    public void Dispose()
    {
        if (_reader != null)
        {
            if (Checks.On && _reader->Signalling > _outer)
            {
                CheckedThread.Current.Held.Remove(_node, HeldKind.Signalling);
            }

            _reader->Signalling = _outer;
        }
    }

    /// <summary>Is the calling thread inside one?</summary>
    internal static bool IsInside
    {
        get
        {
            ReaderRecord* reader = Registry.CurrentReader();
            return reader != null && reader->Signalling != 0;
        }
    }

    internal static SignallingSection BeginChecked(int node, string member, string file, int line)
    {
        SignallingSection section = BeginAt(node);
        if (section._reader != null)
        {
            CheckedThread thread = CheckedThread.Current;
            thread.Held.Push(node, HeldKind.Signalling, thread.SiteOf(file, line, member));
        }

        return section;
    }

    internal static SignallingSection BeginAt(int node)
    {
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader == null)
        {
            return default;
        }

        uint outer = reader->Signalling;
        reader->Signalling = outer + 1;
        return new SignallingSection(reader, outer, node);
    }
}
