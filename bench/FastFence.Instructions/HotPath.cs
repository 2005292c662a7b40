namespace FastFence.Instructions;

/// <summary>One operation in a loop.</summary>
/// <param name="Name">As the table has it.</param>
/// <param name="Run">Does it so many times.</param>
internal sealed record HotPath(string Name, Action<int> Run);
