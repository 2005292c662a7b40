using System.Globalization;
using System.Runtime.InteropServices;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Devices;

/// <summary>The device's process: opens the mapping it is told of, checks it, runs its engines until its host says stop or ends.</summary>
public static unsafe class DeviceProgram
{
    // Set by a host that starts it: an interrupt from the terminal is then the host's business.
    internal const string ChildVariable = "FASTFENCE_DEVICE_CHILD";

    private const int HostEnded = 0;
    private const int Refused = 65;
    private const int Usage = 64;
    private const int LookMilliseconds = 200;

    /// <summary>The process's body: one argument, the path of the host's file. Exit codes: 0 its host wanted it so or has ended, 64 bad usage, 65 the mapping was refused.</summary>
    /// <param name="args">The path, as its host says it.</param>
    public static int Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Length != 1 || !SystemCalls.IsSupported)
        {
            Console.Error.WriteLine(args.Length == 1
                ? "fastfence device: needs Linux on x64 or arm64."
                : "usage: FastFence.NativeSim PATH   (/proc/PID/fd/N, as its host prints it)");
            return Usage;
        }

        try
        {
            using DeviceMap map = DeviceMap.Open(args[0]);
            return Run(map);
        }
        catch (MapException e)
        {
            Console.Error.WriteLine($"fastfence device: {e.Message}");
            return Refused;
        }
    }

    private static int Run(DeviceMap map)
    {
        int host = SystemCalls.OpenProcess((int)map.Host->HostProcess);
        if (host < 0)
        {
            throw new MapException("The host has ended.");
        }

        using PosixSignalRegistration? interrupts = Environment.GetEnvironmentVariable(ChildVariable) == "1"
            ? PosixSignalRegistration.Create(PosixSignal.SIGINT, static c => c.Cancel = true)
            : null;
        Claim(map);
        UseEveryCore();
        DeviceValues values = new(map);
        Thread[] engines = new Thread[map.Layout.Engines];
        for (uint i = 0; i < engines.Length; i++)
        {
            DeviceEngine engine = new(map, values, i);
            engines[i] = new Thread(engine.Run) { Name = string.Create(CultureInfo.InvariantCulture, $"engine {i}"), IsBackground = true };
            engines[i].Start();
        }

        Volatile.Write(ref map.Device->Ready, 1);
        SystemCalls.Wake(&map.Device->Ready);

        // The mapping outlives its host's process, so nothing here faults when that goes; but there is nobody left to work for (C22).
        while (Volatile.Read(ref map.Host->Stop) == 0 && !SystemCalls.WaitForEnd(host, LookMilliseconds))
        {
        }

        // Not joined: an engine may hang, and the process's end is what stops it. So the mapping is not given back either.
        Environment.Exit(HostEnded);
        return HostEnded;
    }

    private static void Claim(DeviceMap map)
    {
        uint other = Interlocked.CompareExchange(ref map.Device->Process, (uint)Environment.ProcessId, 0);
        if (other != 0)
        {
            throw new MapException($"Process {other} is this device already.");
        }

        SystemCalls.Wake(&map.Device->Process);
    }

    // A host that keeps a core free for its poller hands its mask on to its children.
    private static void UseEveryCore()
    {
        ulong* all = stackalloc ulong[16];
        new Span<ulong>(all, 16).Fill(ulong.MaxValue);
        _ = SystemCalls.SetAffinity(0, 16 * sizeof(ulong), all);
    }
}
