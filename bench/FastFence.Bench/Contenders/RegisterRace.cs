namespace FastFence.Bench.Contenders;

/// <summary>Callbacks registered with tokens that another thread cancels.</summary>
internal sealed class RegisterRace() : AddRace("CancellationToken.Register")
{
    private static readonly Action<object?> s_callback = static _ => { };

    private CancellationTokenSource[] _sources = [];

    protected override void Make() => _sources = [.. Enumerable.Range(0, Count).Select(static _ => new CancellationTokenSource())];

    // A token that is canceled already calls back at once and gives no registration.
    protected override void Add(int times)
    {
        int position = 0;
        CancellationToken token = _sources[0].Token;
        for (int i = 0; i < times;)
        {
            if (token.UnsafeRegister(s_callback, null) != default)
            {
                i++;
                continue;
            }

            position = Next(position);
            token = _sources[position].Token;
        }
    }

    protected override void Close(int position) => _sources[position].Cancel();

    protected override void PutAway()
    {
        foreach (CancellationTokenSource source in _sources)
        {
            source.Cancel();
            source.Dispose();
        }
    }
}
