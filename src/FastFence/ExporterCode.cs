using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace FastFence;

/// <summary>
/// Where an exporter's code lives and how it is unloaded once nothing of it runs or can run any more (C17, step 9). Given to
/// <see cref="FenceEngine.CreateExporter(string, ExporterOps, nint, ExporterCode)"/>; without one the host unloads by itself, after
/// <see cref="Exporter.UnloadAsync"/> has said that it may.
/// </summary>
public sealed class ExporterCode
{
    private Action? _unload;

    // An assembly of the context keeps its code, whoever asks the context to unload: function pointers alone keep nothing.
    private object[] _held;

    private ExporterCode(Action unload, AssemblyLoadContext? context, object[] held)
    {
        _unload = unload;
        _held = held;
        Context = context;
    }

    /// <summary>Whether the code has been unloaded; of a load context: whether it has been asked to, and nothing here keeps it.</summary>
    public bool IsUnloaded { get; private set; }

    internal AssemblyLoadContext? Context { get; private set; }

    /// <summary>Code of a shared library; unloading frees the handle (<c>dlclose</c>).</summary>
    /// <param name="handle">From <see cref="NativeLibrary"/>; it belongs to the exporter from here on.</param>
    public static ExporterCode OfLibrary(nint handle)
    {
        ArgumentOutOfRangeException.ThrowIfZero(handle);
        return new ExporterCode(() => NativeLibrary.Free(handle), null, []);
    }

    /// <summary>
    /// Code of a collectible load context: held by a strong handle until the exporter is gone, then asked to unload. Delegates of its
    /// code that are added as callbacks are known to be the exporter's.
    /// </summary>
    /// <param name="context">Collectible, with its assemblies loaded.</param>
    /// <exception cref="ArgumentException">The context is not collectible.</exception>
    public static ExporterCode OfContext(AssemblyLoadContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.IsCollectible
            ? new ExporterCode(context.Unload, context, [.. context.Assemblies])
            : throw new ArgumentException($"Load context '{context.Name}' is not collectible: it stays to the end of the process. Make it with isCollectible: true.", nameof(context));
    }

    /// <summary>Anything else.</summary>
    /// <param name="unload">Called once, on the thread that unloads; may block.</param>
    public static ExporterCode Of(Action unload)
    {
        ArgumentNullException.ThrowIfNull(unload);
        return new ExporterCode(unload, null, []);
    }

    internal void Unload()
    {
        Action? unload = _unload;
        IsUnloaded = true;
        _held = [];
        Context = null;
        _unload = null; // it names the context
        unload?.Invoke();
    }

    // For the control of the strong handle.
    internal void KeepNothing()
    {
        _held = [];
        Context = null;
        _unload = null;
    }
}
