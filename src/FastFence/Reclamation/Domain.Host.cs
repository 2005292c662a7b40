using System.Runtime.InteropServices;
using FastFence.Memory;

namespace FastFence.Reclamation;

// The process makes its domain; a native poller in the same process is given it when it attaches.
internal static unsafe partial class Domain
{
    private static readonly nint s_process = Create();

    private static nint Create()
    {
        DomainBlock* domain = (DomainBlock*)NativeMemory.AlignedAlloc((nuint)sizeof(DomainBlock), Reservation.ContentionBytes);
        NativeMemory.Clear(domain, (nuint)sizeof(DomainBlock));
        domain->Phase = PhaseStep;
        return (nint)domain;
    }
}
