using System.Runtime.CompilerServices;
using FastFence.Platform;

namespace FastFence.Reclamation;

/// <summary>
/// What checked mode knows of one thread: who it is, where its sections were opened, what it holds. Written by its own thread; others
/// read the sites of its sections, to name a late reader or a dead one.
/// </summary>
internal sealed unsafe class CheckedThread
{
    [ThreadStatic]
    private static CheckedThread? t_current;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<nint, CheckedThread> s_byRecord = [];

    private readonly Dictionary<(string File, int Line), CodeSite> _sites = new(SiteComparer.Instance);
    private readonly CodeSite?[] _open = new CodeSite?[16];
    private int _depth;

    private CheckedThread(int managedId, int osId, string? name)
    {
        ManagedId = managedId;
        OsId = osId;
        Name = name;
    }

    /// <summary>The calling thread.</summary>
    public static CheckedThread Current => t_current ?? Create();

    /// <summary>Managed number; 0 = not known.</summary>
    public int ManagedId { get; }

    /// <summary>Number of the system.</summary>
    public int OsId { get; }

    /// <summary>Its name when it was first seen.</summary>
    public string? Name { get; }

    /// <summary>Locks, sections and callbacks that it is in, for the order of waits. Own thread only.</summary>
    public HeldStack Held { get; } = new();

    /// <summary>Is it in the middle of reporting? What a listener does wrong is counted, not raised.</summary>
    public bool IsReporting { get; set; }

    /// <summary>Who a record belongs, or belonged, to; a thread never seen has its system's number only.</summary>
    public static CheckedThread Of(ReaderRecord* record)
    {
        lock (s_lock)
        {
            return s_byRecord.TryGetValue((nint)record, out CheckedThread? thread) && thread.OsId == record->ThreadId
                ? thread
                : new CheckedThread(0, record->ThreadId, null);
        }
    }

    /// <summary>Forgets a thread that has ended.</summary>
    public static void Forget(ReaderRecord* record)
    {
        lock (s_lock)
        {
            s_byRecord.Remove((nint)record);
        }
    }

    /// <summary>One object for each place, made at its first use on this thread.</summary>
    public CodeSite SiteOf(string file, int line, string member)
    {
        if (!_sites.TryGetValue((file, line), out CodeSite? site))
        {
            _sites.Add((file, line), site = new CodeSite(file, line, member));
        }

        return site;
    }

    /// <summary>A section is about to be opened.</summary>
    public void Push(CodeSite site)
    {
        if (_depth < _open.Length)
        {
            _open[_depth] = site;
        }

        _depth++;
        Held.Push(OrderGraph.Sections, HeldKind.Section, site);
    }

    /// <summary>The calling thread has left a section.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void PopCurrent() => Current.Pop();

    /// <summary>A section has been left.</summary>
    private void Pop()
    {
        if (_depth > 0 && --_depth < _open.Length)
        {
            _open[_depth] = null;
        }

        Held.Remove(OrderGraph.Sections, HeldKind.Section);
    }

    /// <summary>Where the outermost open section was opened: that one holds reclaiming up. Null when it is the engine's own. Any thread.</summary>
    public string? OutermostSection => _open[0]?.ToString();

    /// <summary>Where the innermost open section was opened.</summary>
    public string? InnermostSection => _depth == 0 ? null : _open[Math.Min(_depth, _open.Length) - 1]?.ToString();

    /// <inheritdoc/>
    public override string ToString() =>
        (ManagedId == 0 ? $"of the system's number {OsId}" : $"{ManagedId} (system's number {OsId})") + (string.IsNullOrEmpty(Name) ? string.Empty : $" '{Name}'");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CheckedThread Create()
    {
        Thread thread = Thread.CurrentThread;
        ReaderRecord* record = Registry.CurrentReader();
        CheckedThread created = new(thread.ManagedThreadId, record != null ? record->ThreadId : CurrentThread.Id, thread.Name);
        if (record != null)
        {
            lock (s_lock)
            {
                s_byRecord[(nint)record] = created;
            }
        }

        return t_current = created;
    }

    // Literals: one object a place, so the reference is the identity. No hash of a long path at each entry.
    private sealed class SiteComparer : IEqualityComparer<(string File, int Line)>
    {
        public static readonly SiteComparer Instance = new();

        public bool Equals((string File, int Line) x, (string File, int Line) y) => x.Line == y.Line && ReferenceEquals(x.File, y.File);

        public int GetHashCode((string File, int Line) x) => RuntimeHelpers.GetHashCode(x.File) ^ (x.Line * 397);
    }
}
