using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastFence.Platform;

/// <summary>A shared library, or the program itself, as it lies in memory. Source: dl_iterate_phdr(3), elf(5).</summary>
internal readonly unsafe record struct LoadedModule(ulong Begin, ulong End, ulong Bias, string Path)
{
    private const uint LoadSegment = 1; // PT_LOAD

    /// <summary>How many have been loaded since the process began; 0 where nobody counts. Any thread; does not block long.</summary>
    public static ulong Loads()
    {
        ulong loads = 0;
        if (OperatingSystem.IsLinux())
        {
            _ = Libc.ForEachModule(&TakeLoads, (nint)(&loads));
        }

        return loads;
    }

    /// <summary>All of them now. Makes garbage; for reports.</summary>
    public static IReadOnlyList<LoadedModule> All()
    {
        List<LoadedModule> modules = [];
        if (OperatingSystem.IsLinux())
        {
            GCHandle handle = GCHandle.Alloc(modules);
            _ = Libc.ForEachModule(&Take, (nint)handle);
            handle.Free();
        }

        return modules;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int TakeLoads(ProgramHeaders* module, nint size, nint loads)
    {
        *(ulong*)loads = size >= sizeof(ProgramHeaders) ? module->Adds : 0;
        return 1; // the first one says it for all
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Take(ProgramHeaders* module, nint size, nint modules)
    {
        ulong begin = ulong.MaxValue, end = 0;
        for (int i = 0; i < module->Count; i++)
        {
            ProgramHeader* segment = module->Headers + i;
            if (segment->Type == LoadSegment)
            {
                begin = Math.Min(begin, module->Bias + segment->Address);
                end = Math.Max(end, module->Bias + segment->Address + segment->MemoryBytes);
            }
        }

        string path = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(module->Name));
        if (begin < end)
        {
            ((List<LoadedModule>)GCHandle.FromIntPtr(modules).Target!).Add(new(begin, end, module->Bias, path.Length == 0 ? Environment.ProcessPath ?? string.Empty : path));
        }

        return 0;
    }

    // struct dl_phdr_info
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProgramHeaders
    {
        public ulong Bias;
        public byte* Name;
        public ProgramHeader* Headers;
        public ushort Count;
        public ulong Adds;
        public ulong Removals;
    }

    // Elf64_Phdr
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProgramHeader
    {
        public uint Type;
        public uint Flags;
        public ulong Offset;
        public ulong Address;
        public ulong PhysicalAddress;
        public ulong FileBytes;
        public ulong MemoryBytes;
        public ulong Alignment;
    }
}
