namespace FastFence.Tool.Conversions;

/// <summary>What a trace can be written as.</summary>
internal enum TraceFormat
{
    /// <summary>Perfetto.</summary>
    Perfetto,

    /// <summary>trace-cmd, KernelShark, GpuVis.</summary>
    TraceDat,

    /// <summary>Chrome's viewers.</summary>
    Chrome,

    /// <summary>The events form that <c>replay</c> reads.</summary>
    Csv,
}
