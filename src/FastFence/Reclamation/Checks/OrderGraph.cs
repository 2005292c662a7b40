// Who may wait for whom, as classes, in the manner of the kernel's lockdep: an edge A → B says that somebody responsible for A
// waited, or may wait, for B. A cycle is a deadlock that only needs the right moment, so it is found without one.
//
//   holding lock L, waits for a fence of timeline T        L → T            (also from the dispatcher's callbacks: agent → T)
//   inside T's signalling section, takes lock L            T → L
//   signals a fence of T while holding L                   T → L
//   inside an access section, takes lock L                 sections → L
//   holding L, waits for a grace period                    L → sections
//   a signalling section of no timeline in particular      stands for every timeline waited for: T → any
//
// A class of timelines is a driver's name and a timeline's name: a run shows an order once, for all timelines so named.
namespace FastFence.Reclamation;

/// <summary>The graph. Cold: an edge costs a look into a set of the thread's own once it is known.</summary>
internal static class OrderGraph
{
    /// <summary>Access sections, and with them every grace period.</summary>
    public const int Sections = 0;

    /// <summary>Signalling sections that name no timeline.</summary>
    public const int AnySignaller = 1;

    // A host that makes up names without end would fill memory: from here on new classes are not looked at.
    private const int MaxNodes = 1 << 14;

    private static readonly Lock s_lock = new();
    private static readonly List<string> s_names = ["access sections and their grace periods", "signalling sections"];
    private static readonly Dictionary<string, int> s_nodes = [];
    private static readonly Dictionary<ulong, Edge> s_edges = [];
    private static readonly Dictionary<int, List<int>> s_next = [];

    private sealed record Edge(int From, int To, string Holding, string Then);

    /// <summary>The node of a class; −1 when there are too many.</summary>
    public static int NodeOf(string name)
    {
        lock (s_lock)
        {
            if (!s_nodes.TryGetValue(name, out int node))
            {
                if (s_names.Count >= MaxNodes)
                {
                    return -1;
                }

                node = s_names.Count;
                s_names.Add(name);
                s_nodes.Add(name, node);
            }

            return node;
        }
    }

    /// <summary>
    /// Adds from → to. The first edge that closes a cycle is reported (and throws where asked for) with both sites.
    /// </summary>
    /// <param name="thread">The calling thread.</param>
    /// <param name="from">Who is held up.</param>
    /// <param name="to">Whom it waits for.</param>
    /// <param name="holding">Where <paramref name="from"/> was taken; null: at the site of <paramref name="then"/>.</param>
    /// <param name="then">Where the wait is; null: the caller outside FastFence.</param>
    public static void Add(CheckedThread thread, int from, int to, CodeSite? holding, CodeSite? then)
    {
        if (from < 0 || to < 0 || from == to || !thread.Held.Known.Add(((ulong)(uint)from << 32) | (uint)to))
        {
            return;
        }

        string here = then?.ToString() ?? CodeSite.OfCaller();
        Edge edge = new(from, to, holding?.ToString() ?? here, here);
        string? cycle;
        string? other = null;
        lock (s_lock)
        {
            if (!s_edges.TryAdd(((ulong)(uint)from << 32) | (uint)to, edge))
            {
                return;
            }

            (s_next.TryGetValue(from, out List<int>? next) ? next : s_next[from] = []).Add(to);
            cycle = Describe(edge, ref other);
        }

        if (cycle != null)
        {
            Misuses.Report(MisuseKind.OrderCycle, cycle, other, 0, here);
        }
    }

    /// <summary>Forgets all edges. Tests; edges that threads know stay known to them.</summary>
    internal static void Clear()
    {
        lock (s_lock)
        {
            s_edges.Clear();
            s_next.Clear();
        }
    }

    // The way back from the edge's end to its begin, shortest first; null when there is none.
    private static string? Describe(Edge edge, ref string? other)
    {
        Dictionary<int, int> cameFrom = new() { [edge.To] = -1 };
        Queue<int> open = new([edge.To]);
        while (open.TryDequeue(out int node) && node != edge.From)
        {
            foreach (int next in s_next.TryGetValue(node, out List<int>? found) ? found : [])
            {
                if (cameFrom.TryAdd(next, node))
                {
                    open.Enqueue(next);
                }
            }
        }

        if (!cameFrom.ContainsKey(edge.From))
        {
            return null;
        }

        List<Edge> back = [];
        for (int node = edge.From; cameFrom[node] >= 0; node = cameFrom[node])
        {
            back.Insert(0, s_edges[((ulong)(uint)cameFrom[node] << 32) | (uint)node]);
        }

        other = back[0].Then;
        return $"These can wait for each other for ever: {Tell(edge)}; {string.Join("; ", back.Select(Tell))}.";
    }

    private static string Tell(Edge edge) => $"{s_names[edge.From]} ({edge.Holding}) waits for {s_names[edge.To]} ({edge.Then})";
}
