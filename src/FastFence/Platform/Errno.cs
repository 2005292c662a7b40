namespace FastFence.Platform;

/// <summary>The error numbers this floor tells apart (asm-generic, the same on x64 and arm64).</summary>
internal static class Errno
{
    public const int NotPermitted = 1;      // EPERM
    public const int NoSuchThread = 3;      // ESRCH
    public const int Interrupted = 4;       // EINTR
    public const int TryAgain = 11;         // EAGAIN
    public const int NoMemory = 12;         // ENOMEM
    public const int InvalidArgument = 22;  // EINVAL
    public const int TimedOut = 110;        // ETIMEDOUT
}
