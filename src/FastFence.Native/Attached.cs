// The library's side of what the process keeps in statics: the same names, filled when the host attaches. Plain static fields of
// NativeAOT code without initializers: reading one is a load, as it is in the host.
using FastFence.Polling;

namespace FastFence.Memory
{
    internal static unsafe partial class Reservation
    {
        private static nint s_base;
        private static long s_bytes;
        private static nint s_nodeBase;
        private static nint s_blockBase;
        private static uint s_fenceSlots;

        /// <summary>Takes the host's reservation.</summary>
        public static void Attach(HostWords* host)
        {
            s_base = host->ReservationBase;
            s_bytes = host->ReservationBytes;
            s_nodeBase = NodeBaseOf(s_base, s_bytes);
            s_blockBase = BlockBaseOf(s_base, s_bytes);
            s_fenceSlots = FenceSlotsOf(s_bytes);
        }
    }

    internal static unsafe partial class BlockHeap
    {
        private static nint s_classes;

        /// <summary>Takes the host's size classes.</summary>
        public static void Attach(HostWords* host) => s_classes = host->BlockClasses;
    }

    internal static unsafe partial class Regions
    {
        private static nint s_regions;

        /// <summary>Takes the host's regions.</summary>
        public static void Attach(HostWords* host) => s_regions = host->Regions;
    }
}

namespace FastFence.Reclamation
{
    internal static unsafe partial class Domain
    {
        private static nint s_process;

        /// <summary>Takes the host's domain.</summary>
        public static void Attach(HostWords* host) => s_process = host->Domain;
    }
}
