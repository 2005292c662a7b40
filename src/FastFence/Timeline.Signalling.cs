using System.Runtime.CompilerServices;
using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence;

public sealed unsafe partial class Timeline
{
    /// <summary>
    /// Opens a <see cref="SignallingSection"/> that this timeline's fences depend on (C3), so that checked mode can tell its waits and locks
    /// from those of others. The thread's cache for the engine, and what the timeline's first fence takes, are made first, outside of it. Any thread; never blocks, never fails.
    /// </summary>
    /// <param name="member">Left to the compiler.</param>
    /// <param name="file">Left to the compiler.</param>
    /// <param name="line">Left to the compiler.</param>
    public SignallingSection BeginSignalling(
        [CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Section.Enter();
        int node = OrderGraph.AnySignaller;
        if (!IsFreed)
        {
            _ = Registry.CacheOf(&Exporter.Block->Engine->Pools);
            _ = Use(mayGrow: true);
            node = Checks.On ? OrderGraph.NodeOf(References.ClassOf(Exporter.Block->DriverName, _name)) : node;
        }

        Section.Exit();
        return Checks.On ? SignallingSection.BeginChecked(node, member, file, line) : SignallingSection.BeginAt(node);
    }
}
