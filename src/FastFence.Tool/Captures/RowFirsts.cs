namespace FastFence.Tool.Captures;

/// <summary>Remembers on which line a key was first seen, and refuses it a second time or with another value.</summary>
internal sealed class RowFirsts
{
    private readonly Dictionary<(int Kind, ulong Context, ulong Seqno), long> _lines = [];
    private readonly Dictionary<(int Kind, ulong Context), (string Name, long Line)> _names = [];

    /// <summary>Refuses the same job a second time.</summary>
    internal void Once(CaptureRow row, int column, int kind, ulong context, ulong seqno, string what)
    {
        if (!_lines.TryAdd((kind, context, seqno), row.Line))
        {
            throw row.Error(column, $"{what} only once (line {_lines[(kind, context, seqno)]} has it already)");
        }
    }

    /// <summary>Refuses another name for the same context: a context has one timeline and one driver.</summary>
    internal void Same(CaptureRow row, int column, int kind, ulong context, string name)
    {
        if (_names.TryGetValue((kind, context), out (string Name, long Line) first))
        {
            if (first.Name != name)
            {
                throw row.Error(column, $"'{first.Name}' as for context {context} on line {first.Line}");
            }
        }
        else
        {
            _names.Add((kind, context), (name, row.Line));
        }
    }

    /// <summary>The line on which a context was first named.</summary>
    internal bool TryFind(int kind, ulong context, out long line)
    {
        bool found = _names.TryGetValue((kind, context), out (string Name, long Line) first);
        line = first.Line;
        return found;
    }
}
