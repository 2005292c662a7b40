using System.Runtime.CompilerServices;
using FASTER.core;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>FASTER's LightEpoch in the section rows: a string's length under its protection.</summary>
internal static class EpochSections
{
    private static readonly string s_name = new('n', 12);

    /// <summary>In and out for each read.</summary>
    public static LoopContender EachRead()
    {
        LightEpoch epoch = new();
        return new LoopContender("LightEpoch", times =>
        {
            int bytes = 0;
            for (int i = 0; i < times; i++)
            {
                bytes += ReadInside(epoch);
            }

            Sink.Sum += bytes;
        }, new Ended(epoch), 1024);
    }

    /// <summary>Always inside, with a look at the epoch per 64 reads.</summary>
    public static LoopContender AlwaysInside()
    {
        LightEpoch epoch = new();
        return new LoopContender("LightEpoch, protect and drain per 64", times =>
        {
            int bytes = 0;
            epoch.Resume();
            for (int i = 0; i < times; i += SectionRows.SectionsPerReport)
            {
                for (int k = 0; k < SectionRows.SectionsPerReport; k++)
                {
                    bytes += Read();
                }

                epoch.ProtectAndDrain();
            }

            epoch.Suspend();
            Sink.Sum += bytes;
        }, new Ended(epoch), 1 << 14);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadInside(LightEpoch epoch)
    {
        epoch.Resume();
        int length = s_name.Length;
        epoch.Suspend();
        return length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Read() => s_name.Length;

    /// <summary>LightEpoch can be disposed of, but is no IDisposable.</summary>
    private sealed class Ended(LightEpoch epoch) : IDisposable
    {
        public void Dispose() => epoch.Dispose();
    }
}
