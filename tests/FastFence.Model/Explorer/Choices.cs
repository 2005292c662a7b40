// Every freedom of an execution is one choice among n, 0 being the tame one: go on with the same thread, read the newest
// store. An execution is the list of its choices, and the list replays it.
namespace FastFence.Model.Explorer;

internal sealed class Choices
{
    private readonly List<(int Chosen, int Count)> _path = [];
    private int _at;
    private Random? _random;
    private double _wildness;

    /// <summary>The choices of the present execution.</summary>
    public IReadOnlyList<int> Schedule => [.. _path.Take(_at).Select(c => c.Chosen)];

    /// <summary>An execution drawn by chance; <paramref name="wildness"/> is how often a choice is not the tame one.</summary>
    public void BeginRandom(Random random, double wildness)
    {
        _path.Clear();
        _at = 0;
        _random = random;
        _wildness = wildness;
    }

    /// <summary>The first execution of a search in depth.</summary>
    public void BeginSearch()
    {
        _path.Clear();
        _at = 0;
        _random = null;
    }

    /// <summary>The next execution of a search in depth; false when there is none.</summary>
    public bool Continue()
    {
        _path.RemoveRange(_at, _path.Count - _at);
        while (_path.Count > 0 && _path[^1].Chosen + 1 >= _path[^1].Count)
        {
            _path.RemoveAt(_path.Count - 1);
        }

        _at = 0;
        if (_path.Count == 0)
        {
            return false;
        }

        _path[^1] = (_path[^1].Chosen + 1, _path[^1].Count);
        return true;
    }

    /// <summary>The same execution again.</summary>
    public void BeginReplay(IReadOnlyList<int> schedule)
    {
        _path.Clear();
        _path.AddRange(schedule.Select(chosen => (chosen, int.MaxValue)));
        _at = 0;
        _random = null;
    }

    /// <summary>One of <paramref name="count"/>; with <paramref name="even"/> none of them is tame.</summary>
    public int Next(int count, bool even = false)
    {
        if (_at < _path.Count)
        {
            return Math.Min(_path[_at++].Chosen, count - 1);
        }

        int chosen = _random is null ? 0
            : even ? _random.Next(count)
            : _random.NextDouble() < _wildness ? 1 + _random.Next(count - 1)
            : 0;
        _path.Add((chosen, count));
        _at++;
        return chosen;
    }
}
