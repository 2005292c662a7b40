// Vector clocks of up to four threads in one register.
using System.Runtime.Intrinsics;

namespace FastFence.Model.Explorer;

internal static class Clocks
{
    public const int MaxThreads = 4;

    public static Vector128<uint> Join(Vector128<uint> a, Vector128<uint> b) => Vector128.Max(a, b);

    /// <summary>Has <paramref name="now"/> seen at least one of the events in <paramref name="events"/> (0 = none)?</summary>
    public static bool SeesAny(Vector128<uint> now, Vector128<uint> events) =>
        (Vector128.LessThanOrEqual(events, now) & ~Vector128.Equals(events, Vector128<uint>.Zero)) != Vector128<uint>.Zero;

    /// <summary>Has it seen all of them?</summary>
    public static bool SeesAll(Vector128<uint> now, Vector128<uint> events) => Vector128.LessThanOrEqualAll(events, now);
}
