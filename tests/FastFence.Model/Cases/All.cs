namespace FastFence.Model.Cases;

/// <summary>Every case, in the order of the report.</summary>
internal static class All
{
    public static IReadOnlyList<ModelCase> Cases { get; } =
    [
        new SignalOnce(),
        new PushAgainstClose(),
        new ReaderAgainstScan(),
    ];
}
