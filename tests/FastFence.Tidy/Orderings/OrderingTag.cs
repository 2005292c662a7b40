using System.Collections.Immutable;

namespace FastFence.Tidy.Orderings;

/// <summary>A comment that begins with a tag in brackets: the place where an ordering says its name, reason and partners.</summary>
internal sealed record OrderingTag(string Name, string Path, int Line, ImmutableArray<string> Partners);
