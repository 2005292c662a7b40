namespace FastFence;

/// <summary>Why a fence failed: a negative errno value (−1…−4095), or <see cref="None"/>. Source: contract C2.</summary>
public readonly record struct FenceError
{
    /// <summary>Largest magnitude, as in the kernel's ERR_PTR range.</summary>
    public const int MaxMagnitude = 4095;

    /// <summary>Makes an error from a negative errno.</summary>
    /// <param name="errno">0 for none, else −1…−4095.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is positive or below −4095.</exception>
    public FenceError(int errno)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(errno, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(errno, -MaxMagnitude);
        Errno = errno;
    }

    /// <summary>No error.</summary>
    public static FenceError None => default;

    /// <summary>−ENOENT: the timeline was closed.</summary>
    public static FenceError TimelineClosed => new(-2);

    /// <summary>−ESRCH: the entity was killed.</summary>
    public static FenceError EntityKilled => new(-3);

    /// <summary>−EIO: the device was lost.</summary>
    public static FenceError DeviceLost => new(-5);

    /// <summary>−ETIME: reset or timeout.</summary>
    public static FenceError TimedOut => new(-62);

    /// <summary>−ECANCELED: cancelled, or the source was disposed unsignaled.</summary>
    public static FenceError Canceled => new(-125);

    /// <summary>The errno value, 0 for none.</summary>
    public int Errno { get; }

    /// <summary>Is there an error?</summary>
    public bool IsError => Errno != 0;

    internal uint Magnitude => (uint)-Errno;

    /// <inheritdoc/>
    public override string ToString() => Errno switch
    {
        0 => "none",
        -2 => "-ENOENT (timeline closed)",
        -3 => "-ESRCH (entity killed)",
        -5 => "-EIO (device lost)",
        -62 => "-ETIME (reset or timeout)",
        -125 => "-ECANCELED (cancelled or dropped)",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"errno {Errno}"),
    };
}
