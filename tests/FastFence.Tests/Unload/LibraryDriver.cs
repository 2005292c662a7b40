using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastFence.Tests.Unload;

/// <summary>A driver whose code and strings are in a C library compiled here: after <c>dlclose</c> its pages are not there any more.</summary>
internal sealed unsafe class LibraryDriver : IDisposable
{
    private const string Source = """
        #include <stdint.h>
        #include <time.h>

        struct facts { int waiting, canceled, calls, hold, inside, destroyed, released; };

        static void nap(void) { struct timespec t = { 0, 1000000 }; nanosleep(&t, 0); }

        const char *driver_name(int *length) { *length = 11; return "library-one"; }
        const char *timeline_name(int *length) { *length = 11; return "library-two"; }

        void driver_wait(struct facts *f)
        {
            __atomic_add_fetch(&f->waiting, 1, __ATOMIC_SEQ_CST);
            while (!__atomic_load_n(&f->canceled, __ATOMIC_SEQ_CST) || __atomic_load_n(&f->hold, __ATOMIC_SEQ_CST)) nap();
            __atomic_add_fetch(&f->waiting, -1, __ATOMIC_SEQ_CST);
        }

        void driver_cancel(struct facts *f) { __atomic_store_n(&f->canceled, 1, __ATOMIC_SEQ_CST); }

        static void hold(struct facts *f)
        {
            __atomic_store_n(&f->inside, 1, __ATOMIC_SEQ_CST);
            while (__atomic_load_n(&f->hold, __ATOMIC_SEQ_CST)) nap();
        }

        void driver_callback(uint64_t fence, struct facts *f) { hold(f); __atomic_add_fetch(&f->calls, 1, __ATOMIC_SEQ_CST); }
        void driver_destroy(struct facts *f) { hold(f); __atomic_add_fetch(&f->destroyed, 1, __ATOMIC_SEQ_CST); }
        void driver_release(struct facts *f) { __atomic_add_fetch(&f->released, 1, __ATOMIC_SEQ_CST); }
        """;

    private static readonly Lazy<string> s_path = new(Compile);

    private readonly Library* _library = (Library*)NativeMemory.AllocZeroed((nuint)sizeof(Library));

    public LibraryDriver(FenceEngine engine)
    {
        nint handle = NativeLibrary.Load(s_path.Value);
        _library->DriverName = NativeLibrary.GetExport(handle, "driver_name");
        _library->TimelineName = NativeLibrary.GetExport(handle, "timeline_name");
        _library->Wait = NativeLibrary.GetExport(handle, "driver_wait");
        _library->Cancel = NativeLibrary.GetExport(handle, "driver_cancel");
        _library->Callback = NativeLibrary.GetExport(handle, "driver_callback");
        _library->Destroy = NativeLibrary.GetExport(handle, "driver_destroy");
        _library->Release = NativeLibrary.GetExport(handle, "driver_release");
        ExporterOps ops = new()
        {
            DriverName = &DriverName,
            TimelineName = &TimelineName,
            Wait = &Wait,
            CancelWait = &CancelWait,
            Release = &Release,
        };
        Exporter = engine.CreateExporter("captured-driver", ops, (nint)_library, ExporterCode.OfLibrary(handle));
    }

    public struct Facts
    {
        public int Waiting;
        public int Canceled;
        public int Calls;
        public int Hold;
        public int Inside;
        public int Destroyed;
        public int Released;
    }

    private struct Library
    {
        public Facts Facts;
        public nint DriverName;
        public nint TimelineName;
        public nint Wait;
        public nint Cancel;
        public nint Callback;
        public nint Destroy;
        public nint Release;
    }

    /// <summary>Why it cannot be had here, or null.</summary>
    public static string? Missing { get; } = OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "gcc")))
        ? null
        : "needs Linux and gcc: the driver's library is compiled here";

    /// <summary>Does the process have its code or strings in memory?</summary>
    public static bool IsMapped => File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(s_path.Value, StringComparison.Ordinal));

    public Exporter Exporter { get; }

    public Facts* Data => &_library->Facts;

    public void Dispose() => NativeMemory.Free(_library);

    public void AddCallback(Fence fence)
    {
        AddCallbackResult added = fence.AddNativeCallback((delegate* unmanaged<ulong, nint, void>)_library->Callback, (nint)Data, Exporter.CodeOwner, out _);
        if (added != AddCallbackResult.Added)
        {
            throw new InvalidOperationException($"adding said {added}");
        }
    }

    public void Retire() => Exporter.Retire((nint)_library, &Destroy);

    private static Utf8Name Name(nint function)
    {
        int length;
        nint text = ((delegate* unmanaged<int*, nint>)function)(&length);
        return new Utf8Name(text, length);
    }

    private static void Call(nint function, nint library) => ((delegate* unmanaged<nint, void>)function)((nint)(&((Library*)library)->Facts));

    private static Utf8Name DriverName(in FenceOpArgs args) => Name(((Library*)args.ExporterData)->DriverName);

    private static Utf8Name TimelineName(in FenceOpArgs args) => Name(((Library*)args.ExporterData)->TimelineName);

    private static void Wait(in FenceOpArgs args, long deadline) => Call(((Library*)args.ExporterData)->Wait, args.ExporterData);

    private static void CancelWait(nint data) => Call(((Library*)data)->Cancel, data);

    private static void Destroy(nint data) => Call(((Library*)data)->Destroy, data);

    private static void Release(nint data) => Call(((Library*)data)->Release, data);

    private static string Compile()
    {
        string folder = Directory.CreateTempSubdirectory("fastfence-driver-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string source = Path.Combine(folder, "driver.c");
        string library = Path.Combine(folder, "libdriver.so");
        File.WriteAllText(source, Source);
        (int code, _, string errors) = ChildProcess.Run(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source]));
        return code == 0 ? library : throw new InvalidOperationException($"gcc: {errors}");
    }
}
