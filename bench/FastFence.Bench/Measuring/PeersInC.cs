using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastFence.Bench.Measuring;

/// <summary>
/// The peers in C (bench/peers-c): compiled into a library beside the program when they are first asked for, with whatever compiler and
/// libraries the machine has. A peer that cannot be built is absent, with the reason, and never a pass.
/// </summary>
internal static unsafe class PeersInC
{
    private const string Headers = "/usr/include";

    private static readonly Lazy<nint> s_library = new(Build);

    /// <summary>Why there is none; empty when there is.</summary>
    public static string Reason { get; private set; } = "";

    /// <summary>Was something built?</summary>
    public static bool IsAvailable => s_library.Value != 0;

    /// <summary>Makes the contender of one exported loop; empty where it was not built.</summary>
    public static IReadOnlyList<Func<Contender>> Of(string name, string loop, int leastBatch = 64) =>
        LoopOf(loop) is { } run ? [() => Loop(name, run, leastBatch)] : [];

    /// <summary>An exported loop, or null where it was not built.</summary>
    public static Action<int>? LoopOf(string export) =>
        IsAvailable && NativeLibrary.TryGetExport(s_library.Value, export, out nint address)
            ? times => ((delegate* unmanaged<int, void>)address)(times)
            : null;

    /// <summary>To be called in the end by the thread that ran loops: liburcu ends a process that ends with a thread still deferring, and lets no thread begin that twice.</summary>
    public static void Leave()
    {
        if (s_library.IsValueCreated)
        {
            LoopOf("urcu_memb_defer_leave")?.Invoke(0);
            LoopOf("urcu_qsbr_defer_leave")?.Invoke(0);
        }
    }

    private static LoopContender Loop(string name, Action<int> run, int leastBatch) => new(name, run, null, leastBatch)
    {
        HasCall = false,
    };

    // Debian has the headers that differ between architectures in a folder of the architecture's name.
    private static bool HasHeader(string name) =>
        File.Exists(Path.Combine(Headers, name)) || Directory.EnumerateDirectories(Headers, "*-linux-gnu*").Any(folder => File.Exists(Path.Combine(folder, name)));

    private static nint Build()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "peers-c");
        if (!OperatingSystem.IsLinux() || !Directory.Exists(folder) || !Directory.Exists(Headers))
        {
            Reason = "the peers in C are built on Linux, from the sources beside the program and the headers in /usr/include";
            return 0;
        }

        string library = Path.Combine(folder, "libpeers.so");
        string[] sources = Directory.GetFiles(folder, "*.c");
        List<string> arguments = ["-O2", "-shared", "-fPIC", "-pthread", "-fvisibility=hidden", "-o", library, .. sources];
        if (HasHeader("urcu/urcu-memb.h"))
        {
            arguments.AddRange(["-DWITH_URCU", "-lurcu-memb", "-lurcu-qsbr", "-lurcu-common"]);
        }

        if (HasHeader("ck_epoch.h"))
        {
            arguments.AddRange(["-DWITH_CK", "-lck"]);
        }

        try
        {
            using Process compiler = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
            string said = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
            {
                Reason = $"gcc refused bench/peers-c: {said.Split('\n')[0]}";
                return 0;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Reason = "gcc is not installed";
            return 0;
        }

        return NativeLibrary.Load(library);
    }
}
