namespace FastFence.Platform;

/// <summary>How much a fact about the machine matters to the engine.</summary>
internal enum FactLevel
{
    /// <summary>As the engine likes it, or plain information.</summary>
    Ok,

    /// <summary>Works, with a cost or limit worth knowing.</summary>
    Note,

    /// <summary>Something is missing that was counted on; the advice says what to do.</summary>
    Problem,
}

/// <summary>One line of the doctor's report. <paramref name="Advice"/> says what to do, where there is something to do.</summary>
internal sealed record MachineFact(string Name, string Value, FactLevel Level, string? Advice);
