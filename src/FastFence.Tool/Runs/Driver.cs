using System.Text;

namespace FastFence.Tool.Runs;

/// <summary>One exporter with its rings, its software timeline and its private data.</summary>
internal sealed class Driver
{
    /// <summary>At two million fences a second, a millisecond of work: enough that observers meet pending fences.</summary>
    internal const int RingCapacity = 2048;

    internal Driver(FenceEngine engine, IRunDevice device, ContextTable contexts, long serial, int timelines)
    {
        int rings = Math.Max(1, timelines - 1);
        Memory = DriverMemory.Create(serial, rings + 1);
        Name = NameOf(0);
        TimelineNames = [.. Enumerable.Range(1, rings + 1).Select(NameOf)];
        Exporter = engine.CreateExporter(Name, DriverMemory.Ops, Memory);
        Rings = new FenceRing[rings];
        for (int i = 0; i < rings; i++)
        {
            RingOptions options = new()
            {
                Capacity = RingCapacity,
                PrivateData = DriverMemory.NameAt(Memory, i + 1),
            };
            Rings[i] = device.CreateRing(Exporter, TimelineNames[i], (serial * rings) + i, options);
            contexts.Add(Rings[i].Timeline.Context, DriverMemory.NameAt(Memory, 0), options.PrivateData, isRing: true);
        }

        TimelineOptions software = new() { PrivateData = DriverMemory.NameAt(Memory, rings + 1) };
        Timeline = Exporter.CreateTimeline(TimelineNames[rings], software);
        contexts.Add(Timeline.Context, DriverMemory.NameAt(Memory, 0), software.PrivateData, isRing: false);
        Timelines = [.. Rings.Select(static r => r.Timeline), Timeline];
    }

    internal string Name { get; }

    internal Exporter Exporter { get; }

    internal FenceRing[] Rings { get; }

    /// <summary>The software timeline.</summary>
    internal Timeline Timeline { get; }

    /// <summary>Those of the rings, then the software one.</summary>
    internal Timeline[] Timelines { get; }

    /// <summary>Their names.</summary>
    internal string[] TimelineNames { get; }

    /// <summary>Where its timelines stand in the run's list of them.</summary>
    internal int FirstLife { get; set; }

    /// <summary>The private data; the exporter's release op gives it back.</summary>
    internal nint Memory { get; }

    private string NameOf(int index) => Encoding.ASCII.GetString(DriverMemory.Text(DriverMemory.NameAt(Memory, index)));
}
