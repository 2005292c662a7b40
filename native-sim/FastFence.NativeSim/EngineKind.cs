namespace FastFence.NativeSim;

/// <summary>What an engine of the simulated GPU stands for. A label for names and reports: all kinds run jobs the same way.</summary>
public enum EngineKind
{
    /// <summary>Draws.</summary>
    Render,

    /// <summary>Dispatches.</summary>
    Compute,

    /// <summary>Moves data.</summary>
    Copy,
}
