// Finding and attaching the native library, once a process. It cannot be unloaded (a NativeAOT library has a runtime of its own
// inside), so engines come and go on it.
using System.Runtime.InteropServices;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>The NativeAOT build of the poller: there or not, and why not. Any thread.</summary>
internal static unsafe class NativePollerLibrary
{
    /// <summary>Environment variable: <c>off</c>, or the path of a library to take instead.</summary>
    public const string Variable = "FASTFENCE_NATIVE";

    private const string FileName = "libfastfence.so";

    private const string Advice =
        "build it with: dotnet publish -c Release -r linux-x64 src/FastFence.Native (needs gcc or clang), then build the program again";

    private static readonly Lock s_lock = new();
    private static bool s_tried;
    private static string s_path = string.Empty;
    private static string s_reason = string.Empty;
    private static delegate* unmanaged<PollerControl*, int> s_start;
    private static nint s_hold;
    private static nint s_wake;
    private static nint s_die;
    private static delegate* unmanaged<RingDriverWords*, int> s_drive;

    /// <summary>Is it loaded and attached? Loads it at the first call.</summary>
    public static bool IsAvailable
    {
        get
        {
            lock (s_lock)
            {
                if (!s_tried)
                {
                    s_tried = true;
                    s_reason = Load();
                }

                return s_start != null;
            }
        }
    }

    /// <summary>Why it is not available, and what to do; or where it is.</summary>
    public static string Reason => IsAvailable ? s_path : s_reason;

    /// <summary>A native callback that stands still while the 32-bit word at its argument is not 0: for tests. 0 without the library.</summary>
    public static nint HoldCallback => IsAvailable ? s_hold : 0;

    /// <summary>A native callback that ends its thread on the spot: for tests. 0 without the library.</summary>
    public static nint DieCallback => IsAvailable ? s_die : 0;

    /// <summary>
    /// A native callback that adds 1 to the 32-bit word at its argument and wakes its sleepers, of any process
    /// (<see cref="Futex.WaitShared"/>). 0 without the library.
    /// </summary>
    public static nint WakeCallback => IsAvailable ? s_wake : 0;

    /// <summary>Starts a thread of the library; 0 when it runs. The library is available.</summary>
    public static int Start(PollerControl* control) => s_start(control);

    /// <summary>Starts a device for rings on a thread of the library; 0 when it runs. For tests and measurements; the library is available.</summary>
    public static int Drive(RingDriverWords* words) => s_drive(words);

    private static string Load()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "the native poller is built for Linux only";
        }

        string? asked = Environment.GetEnvironmentVariable(Variable);
        if (string.Equals(asked, "off", StringComparison.OrdinalIgnoreCase))
        {
            return $"turned off by {Variable}=off";
        }

        if (!TryOpen(asked, out nint library))
        {
            return string.IsNullOrEmpty(asked)
                ? $"no {FileName} beside the program or under runtimes/{Rid}/native; {Advice}"
                : $"{Variable}={asked} is not a library that can be loaded; name a {FileName}, 'off', or leave the variable out";
        }

        return Attach(library);
    }

    private static string Rid => string.Concat(
        RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl-" : "linux-",
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    private static bool TryOpen(string? asked, out nint library)
    {
        if (!string.IsNullOrEmpty(asked))
        {
            s_path = asked;
            return NativeLibrary.TryLoad(asked, out library);
        }

        foreach (string path in (ReadOnlySpan<string>)
            [Path.Combine(AppContext.BaseDirectory, FileName), Path.Combine(AppContext.BaseDirectory, "runtimes", Rid, "native", FileName)])
        {
            if (File.Exists(path))
            {
                s_path = path;
                return NativeLibrary.TryLoad(path, out library);
            }
        }

        // Where the package brought it: the host knows those folders.
        s_path = FileName;
        return NativeLibrary.TryLoad(FileName, typeof(NativePollerLibrary).Assembly, null, out library);
    }

    private static string Attach(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "fastfence_attach", out nint attach)
            || !NativeLibrary.TryGetExport(library, "fastfence_start", out nint start)
            || !NativeLibrary.TryGetExport(library, "fastfence_hold", out nint hold)
            || !NativeLibrary.TryGetExport(library, "fastfence_wake", out nint wake)
            || !NativeLibrary.TryGetExport(library, "fastfence_die", out nint die)
            || !NativeLibrary.TryGetExport(library, "fastfence_drive", out nint drive))
        {
            return $"{s_path} has not the functions of this version; {Advice}";
        }

        HostWords words = new()
        {
            Size = (ulong)sizeof(HostWords),
            Layout = SharedLayout.Hash(),
            ReservationBase = (nint)Reservation.FenceBase,
            ReservationBytes = Reservation.Bytes,
            BlockClasses = BlockHeap.Classes,
            Regions = Regions.Address,
            Domain = (nint)Domain.Process,
        };
        int result = ((delegate* unmanaged<HostWords*, int>)attach)(&words);
        if (result != AttachResult.Attached)
        {
            return result == AttachResult.Taken
                ? $"{s_path} serves another copy of FastFence in this process: its engines have the native poller, these have not"
                : $"{s_path} was built from other sources than this FastFence (its blocks have another layout); {Advice}";
        }

        s_hold = hold;
        s_wake = wake;
        s_die = die;
        s_drive = (delegate* unmanaged<RingDriverWords*, int>)drive;
        s_start = (delegate* unmanaged<PollerControl*, int>)start;
        return string.Empty;
    }
}
