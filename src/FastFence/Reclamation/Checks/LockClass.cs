using System.Runtime.CompilerServices;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// A class of the host's locks, made known to checked mode so that it can find orders of locks and waits that deadlock (C3). It locks
/// nothing by itself. One object for all locks that are taken at the same place in the order; make it once, statically.
/// </summary>
public sealed class LockClass
{
    private readonly int _node;

    /// <summary>Names a class of locks.</summary>
    /// <param name="name">As reports show it; the same name is the same class.</param>
    public LockClass(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _node = Checks.On ? OrderGraph.NodeOf($"lock '{name}'") : -1;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>
    /// Says that the calling thread takes such a lock; call it before taking it, dispose after giving it back. Does nothing unless
    /// checked mode is on. Any thread; never blocks on the host's locks.
    /// </summary>
    /// <param name="member">Left to the compiler.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    /// <exception cref="FenceMisuseException">The order closes a cycle, and <see cref="CheckedMode.Throws"/> is set.</exception>
    public LockScope Enter([CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!Checks.On || _node < 0)
        {
            return default;
        }

        CheckedThread thread = CheckedThread.Current;
        CodeSite site = thread.SiteOf(file, line, member);
        foreach (Held held in thread.Held.Items)
        {
            OrderGraph.Add(thread, held.Node, _node, held.Site, site);
        }

        thread.Held.Push(_node, HeldKind.Lock, site);
        return new LockScope(_node + 1);
    }
}

/// <summary>A lock that checked mode has been told of; dispose it on its thread after the lock has been given back.</summary>
public readonly ref struct LockScope : IDisposable
{
    private readonly int _nodePlusOne;

    internal LockScope(int nodePlusOne) => _nodePlusOne = nodePlusOne;

    /// <summary>The lock has been given back.</summary>
    public void Dispose()
    {
        if (Checks.On && _nodePlusOne != 0)
        {
            CheckedThread.Current.Held.Remove(_nodePlusOne - 1, HeldKind.Lock);
        }
    }
}
