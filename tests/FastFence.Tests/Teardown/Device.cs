namespace FastFence.Tests.Teardown;

/// <summary>A device whose health and rest are the test's to say.</summary>
internal sealed class Device : FenceDevice
{
    private int _asked;

    public bool IsQuiet { get; set; } = true;

    public bool IsAlive { get; set; } = true;

    public Action OnQuiesce { get; set; } = static () => { };

    public int Asked => Volatile.Read(ref _asked);

    public override bool CheckHealth() => IsAlive;

    public override bool Quiesce(TimeSpan timeout)
    {
        OnQuiesce();
        Interlocked.Increment(ref _asked);
        return IsQuiet;
    }
}
