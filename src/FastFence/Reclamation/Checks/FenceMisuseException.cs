using System.Diagnostics.CodeAnalysis;

namespace FastFence;

/// <summary>Misuse of the contract, thrown in checked mode while <see cref="CheckedMode.Throws"/> is set. Nothing has changed.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It is made from a finding only.")]
public sealed class FenceMisuseException : InvalidOperationException
{
    internal FenceMisuseException(MisuseEventArgs misuse)
        : base(misuse.Message) => Misuse = misuse;

    /// <summary>The finding.</summary>
    public MisuseEventArgs Misuse { get; }
}
