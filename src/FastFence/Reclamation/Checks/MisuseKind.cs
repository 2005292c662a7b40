namespace FastFence;

/// <summary>What checked mode finds.</summary>
public enum MisuseKind
{
    /// <summary>Names or private data were asked for outside an access section (C5).</summary>
    QueryOutsideSection,

    /// <summary>A thread ended inside an access or signalling section (C5).</summary>
    SectionLeftOpen,

    /// <summary>A blocking wait, a grace period or an await was begun inside an access section (C5).</summary>
    WaitInsideSection,

    /// <summary>An online reader reported a quiescent state, or went offline, inside an access section.</summary>
    QuiescentInsideSection,

    /// <summary>A wait inside a signalling section (C3).</summary>
    WaitInsideSignalling,

    /// <summary>A reference or a source was disposed twice (C21).</summary>
    DoubleRelease,

    /// <summary>An error was set on a fence that had signaled, or whose signal was recorded (C2).</summary>
    ErrorAfterSignal,

    /// <summary>Waits, sections and locks were seen in orders that can wait for each other for ever (C3).</summary>
    OrderCycle,
}
