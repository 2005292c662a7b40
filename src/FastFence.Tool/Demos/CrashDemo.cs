using System.Diagnostics;
using System.Runtime.InteropServices;
using FastFence.NativeSim;
using FastFence.Telemetry;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Demos;

/// <summary>
/// A process whose poller runs a native callback that never comes back: the C library's <c>abort</c>. What it was is then read from the file
/// that its flight recorder had mapped.
/// </summary>
internal static unsafe class CrashDemo
{
    /// <summary>The tool's word for the process that dies, not shown in help.</summary>
    internal const string Verb = "crash-inside";

    private const string Driver = "faulty", Ring = "draws";

    /// <summary>Starts the process, waits for its death, reads its file.</summary>
    internal static CrashReport Execute(CrashDemoOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("fastfence-crash-").FullName;
        try
        {
            string file = options.File ?? Path.Combine(folder, "crash.ffrec");
            ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "FastFence.Tool")) { ArgumentList = { Verb, file } };
            start.Environment["DOTNET_DbgEnableMiniDump"] = "0"; // this one is meant to die
            using Process process = Process.Start(start) ?? throw new IOException($"Cannot start {start.FileName} {Verb}.");
            process.WaitForExit();
            IReadOnlyList<RecordedCall> calls = RecordFile.Read(File.ReadAllBytes(file)).Calls;
            return new CrashReport(options.File, process.ExitCode, [.. calls.Select(static c => c.ToString())], calls.Count(static c => c.Driver == Driver && c.Timeline == Ring && c.Module.Length != 0));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The process's body: jobs go through a ring, and one of them has that callback.</summary>
    internal static int Run(string[] args)
    {
        FlightRecorder.Configure(new FlightRecorderOptions { File = args[1] });
        using SimulatedGpu gpu = new();
        SimulatedEngine device = gpu.AddEngine(EngineKind.Render, "3d");
        using FenceEngine engine = new(new FenceEngineOptions { Recording = RecordingMode.Coarse });
        using Exporter exporter = engine.CreateExporter(Driver);
        FenceRing ring = exporter.CreateRing(Ring);
        device.Attach(ring);
        gpu.Start();
        nint abort = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abort");
        for (long i = 0, begin = Stopwatch.GetTimestamp(); ; i++)
        {
            if (ring.Emit(new RingCommand { DurationNanoseconds = 200_000 }, out FenceRef job) == EmitResult.Emitted)
            {
                if (Stopwatch.GetElapsedTime(begin).TotalMilliseconds > 300) // by then the threads' names are written down
                {
                    job.Fence.AddNativeCallback((delegate* unmanaged<ulong, nint, void>)abort, 0, out _);
                }

                job.Fence.Wait();
                job.Dispose();
            }
        }
    }
}
