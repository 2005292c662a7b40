using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace FastFence.Checked;

/// <summary>
/// A callback in native code, compiled here, that calls the function which it gets as its state. Skips, and says why, without a compiler.
/// </summary>
internal sealed unsafe class NativeCaller : IDisposable
{
    private const string Source = "void call(unsigned long long fence, void (*function)(void)) { function(); }";

    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-native-").FullName;
    private nint _library;

    private NativeCaller()
    {
    }

    /// <summary>The function, for <c>AddNativeCallback</c>.</summary>
    public delegate* unmanaged<ulong, nint, void> Function => (delegate* unmanaged<ulong, nint, void>)NativeLibrary.GetExport(_library, "call");

    public static NativeCaller Make()
    {
        NativeCaller made = new();
        string source = Path.Combine(made._folder, "caller.c");
        string library = Path.Combine(made._folder, "caller.so");
        File.WriteAllText(source, Source);
        try
        {
            using Process gcc = Process.Start("gcc", ["-shared", "-fPIC", "-o", library, source]);
            gcc.WaitForExit();
            Assert.Equal(0, gcc.ExitCode);
        }
        catch (Win32Exception)
        {
            Assert.Skip("gcc is not here: no native function can be made.");
        }

        made._library = NativeLibrary.Load(library);
        return made;
    }

    public void Dispose()
    {
        NativeLibrary.Free(_library);
        Directory.Delete(_folder, recursive: true);
    }
}
