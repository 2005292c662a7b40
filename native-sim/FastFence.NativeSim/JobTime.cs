using System.Numerics;

namespace FastFence.NativeSim;

/// <summary>
/// How long a job takes. Without state: a distribution is a function of its seed and the job's number, so that a run can be
/// repeated and engines share one object. Any thread; allocates nothing.
/// </summary>
public abstract class JobTime
{
    /// <summary>No time: whatever is on the ring completes at once.</summary>
    public static JobTime Zero { get; } = new FixedTime(0);

    /// <summary>What the command says (<see cref="RingCommand.DurationNanoseconds"/>): captures, and the default.</summary>
    public static JobTime FromCommand { get; } = new CommandTime();

    /// <summary>Always the same time.</summary>
    /// <param name="duration">At least zero.</param>
    public static JobTime Fixed(TimeSpan duration) => new FixedTime(Nanoseconds(duration));

    /// <summary>Evenly between two times.</summary>
    /// <param name="least">At least zero.</param>
    /// <param name="most">Not below <paramref name="least"/>.</param>
    /// <param name="seed">Same seed, same times.</param>
    public static JobTime Uniform(TimeSpan least, TimeSpan most, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        return new UniformTime(Nanoseconds(least), Nanoseconds(most), seed);
    }

    /// <summary>Log-normal, as measured times of GPU jobs tend to be: many short ones and a long tail.</summary>
    /// <param name="median">Half of the jobs are shorter.</param>
    /// <param name="sigma">Standard deviation of the logarithm: 0 = fixed, 1 = one job in forty takes seven times the median.</param>
    /// <param name="seed">Same seed, same times.</param>
    public static JobTime LogNormal(TimeSpan median, double sigma, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sigma);
        return new LogNormalTime(Nanoseconds(median), sigma, seed);
    }

    /// <summary>Duration of one job, ns, at least 0.</summary>
    /// <param name="command">The job.</param>
    /// <param name="number">Which job of its engine it is; engines begin far apart.</param>
    public abstract long NanosecondsOf(in RingCommand command, ulong number);

    private static long Nanoseconds(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        return (long)duration.TotalNanoseconds;
    }

    // SplitMix64 (Steele, Lea, Flood 2014): neighbours in, independent bits out. In [0, 1).
    private static double Draw(ulong seed, ulong number)
    {
        ulong z = seed + (number * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    private sealed class FixedTime(long nanoseconds) : JobTime
    {
        public override long NanosecondsOf(in RingCommand command, ulong number) => nanoseconds;
    }

    private sealed class CommandTime : JobTime
    {
        public override long NanosecondsOf(in RingCommand command, ulong number) => Math.Max(0, command.DurationNanoseconds);
    }

    private sealed class UniformTime(long least, long most, ulong seed) : JobTime
    {
        public override long NanosecondsOf(in RingCommand command, ulong number) =>
            least + (long)(Draw(seed, number) * (most - least));
    }

    private sealed class LogNormalTime(long median, double sigma, ulong seed) : JobTime
    {
        public override long NanosecondsOf(in RingCommand command, ulong number)
        {
            // Box and Muller; 1 - u lies in (0, 1], so the logarithm is finite.
            ulong second = BitOperations.RotateLeft(seed, 32) ^ 0x9E3779B97F4A7C15;
            double normal = Math.Sqrt(-2 * Math.Log(1 - Draw(seed, number))) * Math.Cos(2 * Math.PI * Draw(second, number));
            return (long)(median * Math.Exp(sigma * normal));
        }
    }
}
