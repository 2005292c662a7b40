using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FastFence.Tests.Unload;

/// <summary>A driver whose code is compiled here and loaded into a collectible context.</summary>
internal sealed class ContextDriver
{
    private const string Source = """
        using System;
        using System.Runtime.InteropServices;
        using System.Threading;
        using FastFence;

        public static unsafe class Plugin
        {
            private static readonly ManualResetEventSlim s_canceled = new();
            public static int Waiting;
            public static int Calls;
            public static int Destroyed;

            public static Exporter Create(FenceEngine engine, ExporterCode code)
            {
                byte* name = (byte*)NativeMemory.Alloc(14);
                "plugin-driver\0"u8.CopyTo(new Span<byte>(name, 14));
                return engine.CreateExporter("captured", new ExporterOps { DriverName = &Driver, Wait = &Wait, CancelWait = &CancelWait, Release = &Release }, (nint)name, code);
            }

            public static void AddDelegate(Fence fence)
            {
                int counted = 1;
                Check(fence.AddCallback((_, _) => Calls += counted, null, out _));
                Check(fence.AddCallback(static (_, _) => Calls++, null, out _));
                Check(fence.AddCallback(Method, null, out _));
            }

            public static void AddPointer(Fence fence, CodeOwner owner) => Check(fence.AddCallback(&Function, 0, owner, out _));

            public static void Retire(Exporter exporter) => exporter.Retire(7, &Destroy);

            private static void Check(AddCallbackResult result)
            {
                if (result != AddCallbackResult.Added)
                {
                    throw new InvalidOperationException(result.ToString());
                }
            }

            private static void Method(Fence fence, object? state) => Calls++;
            private static void Function(Fence fence, nint state) => Calls++;
            private static Utf8Name Driver(in FenceOpArgs args) => new(args.ExporterData, 13);

            private static void Wait(in FenceOpArgs args, long deadline)
            {
                Interlocked.Increment(ref Waiting);
                s_canceled.Wait();
                Interlocked.Decrement(ref Waiting);
            }

            private static void CancelWait(nint data) => s_canceled.Set();
            private static void Destroy(nint data) => Interlocked.Increment(ref Destroyed);
            private static void Release(nint data) => NativeMemory.Free((void*)data);
        }
        """;

    private static readonly byte[] s_image = Compile();

    private ContextDriver(WeakReference context, WeakReference assembly)
    {
        Context = context;
        Assembly = assembly;
    }

    /// <summary>Dead once the context has been collected.</summary>
    public WeakReference Context { get; }

    /// <summary>Dead once its code has.</summary>
    public WeakReference Assembly { get; }

    /// <summary>Is it gone? Collects until it is, or a hundred times.</summary>
    public bool IsCollected()
    {
        for (int i = 0; i < 100 && (Context.IsAlive || Assembly.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return !Context.IsAlive && !Assembly.IsAlive;
    }

    // Nothing of the plugin may stay in a frame of the test: these methods are not inlined and give back nothing of it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ContextDriver Load(FenceEngine engine, out Exporter exporter)
    {
        AssemblyLoadContext context = new("plugin", isCollectible: true);
        using MemoryStream image = new(s_image);
        Assembly assembly = context.LoadFromStream(image);
        exporter = (Exporter)MethodOf(assembly, "Create").Invoke(null, [engine, ExporterCode.OfContext(context)])!;
        return new ContextDriver(new WeakReference(context, trackResurrection: true), new WeakReference(assembly));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Call(string method, params object[] arguments) => MethodOf((Assembly)Assembly.Target!, method).Invoke(null, arguments);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Read(string field) => (int)((Assembly)Assembly.Target!).GetType("Plugin")!.GetField(field)!.GetValue(null)!;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void UnloadTooEarly() => ((AssemblyLoadContext)Context.Target!).Unload();

    private static MethodInfo MethodOf(Assembly assembly, string method) => assembly.GetType("Plugin")!.GetMethod(method)!;

    private static byte[] Compile()
    {
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(Fence).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Plugin",
            [CSharpSyntaxTree.ParseText(Source, new CSharpParseOptions(LanguageVersion.CSharp14))],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
        using MemoryStream image = new();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image);
        return result.Success ? image.ToArray() : throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }
}
