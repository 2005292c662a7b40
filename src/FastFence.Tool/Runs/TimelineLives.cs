using System.Globalization;
using FastFence.Platform;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Runs;

/// <summary>When each timeline of a run was opened and closed. One thread at a time: whoever opens and closes drivers.</summary>
internal sealed class TimelineLives
{
    /// <summary>Most that are written down; the others are counted.</summary>
    internal const int Most = 4096;

    private readonly Life[] _lives = new Life[Most]; // made before the run: what is measured must not allocate
    private int _count;
    private long _leftOut;

    /// <summary>A driver was opened in a place.</summary>
    internal void Opened(Driver driver, int place)
    {
        long now = MonotonicClock.Nanoseconds;
        driver.FirstLife = _count;
        for (int i = 0; i < driver.Timelines.Length; i++)
        {
            if (_count == Most)
            {
                _leftOut++;
                continue;
            }

            _lives[_count++] = new Life
            {
                Place = place,
                Index = i,
                IsRing = i < driver.Rings.Length,
                Context = driver.Timelines[i].Context,
                Driver = driver.Name,
                Timeline = driver.TimelineNames[i],
                Opened = now,
                Closed = long.MaxValue,
            };
        }
    }

    /// <summary>It is being closed, or was: the highest seqno seen counts, since a timeline that is freed has none.</summary>
    internal void Closed(Driver driver)
    {
        long now = MonotonicClock.Nanoseconds;
        for (int i = 0; i < driver.Timelines.Length && driver.FirstLife + i < _count; i++)
        {
            ref Life life = ref _lives[driver.FirstLife + i];
            life.Closed = now;
            life.Fences = Math.Max(life.Fences, (long)driver.Timelines[i].LastSeqno);
        }
    }

    /// <summary>Hands those of the measured time to the report.</summary>
    internal void AddTo(RunReport report, RunClock clock, long end)
    {
        report.TimelinesLeftOut = _leftOut;
        report.Timelines =
        [
            .. _lives.Take(_count).Where(l => l.Opened < end && clock.MeasuredSeconds(l.Closed) > 0).Select(l => new TimelineLife(
                RowOf(l), l.Context, l.Driver, l.Timeline, clock.MeasuredSeconds(l.Opened), clock.MeasuredSeconds(Math.Min(l.Closed, end)), l.Fences)),
        ];
    }

    private static string RowOf(in Life life) => string.Create(
        CultureInfo.InvariantCulture, $"driver {life.Place} {(life.IsRing ? $"ring {life.Index}" : "software")}");

    private struct Life
    {
        internal int Place;
        internal int Index;
        internal bool IsRing;
        internal ulong Context;
        internal string Driver;
        internal string Timeline;
        internal long Opened;
        internal long Closed;
        internal long Fences;
    }
}
