using FastFence.Fences;
using FastFence.Polling;

namespace FastFence.Telemetry;

/// <summary>An engine as the meter sees it. Valid from its registration to its removal (<see cref="MeteredEngines"/>).</summary>
internal unsafe interface IMeteredEngine
{
    /// <summary>Number of the engine in this process.</summary>
    ulong Serial { get; }

    /// <summary>The engine's memory.</summary>
    EngineBlock* Block { get; }

    /// <summary>The poller's.</summary>
    PollerBlock* Poller { get; }

    /// <summary>The thread that polls; null when the poller is stepped by hand.</summary>
    IPollerThread? PollerThread { get; }

    /// <summary>Its open timelines, the first <paramref name="most"/> of them; how many it has.</summary>
    int ListTimelines(List<TimelineFigures> into, int most);

    /// <summary>Turns the flight recorder on for as long as somebody reads records, if it is off; then back.</summary>
    void KeepRecording(bool on);
}
