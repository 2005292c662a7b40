namespace FastFence.Model.Explorer;

/// <summary>Ordering of a load or store.</summary>
internal enum Order
{
    Plain,
    Acquire,
    Release,
}

/// <summary>Where in the engine's sources an access stands.</summary>
internal readonly record struct Site(string File, int Line)
{
    public override string ToString() => $"{Path.GetFileName(File)}:{Line}";
}
