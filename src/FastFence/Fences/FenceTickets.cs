namespace FastFence.Fences;

/// <summary>
/// Tickets of references in checked mode: number and life in one word, as a handle has slot and generation. A ticket that was given
/// back is used again only after many others, so that a disposed holder still knows its fence for a long while.
/// </summary>
internal static class FenceTickets
{
    /// <summary>Tickets given back before one of them is used again.</summary>
    private const int Rest = 1 << 16;

    private static readonly Lock s_lock = new();
    private static readonly Queue<uint> s_free = new();
    private static Ticket[] s_tickets = new Ticket[256];
    private static uint s_made = 1; // number 0 is nobody's

    private struct Ticket
    {
        public ulong Fence;
        public uint Life;
        public bool Held;
    }

    /// <summary>A ticket for a fence; 0 for the null handle. Under a short lock; allocates while the table grows.</summary>
    public static ulong Issue(ulong fence)
    {
        if (fence == 0)
        {
            return 0;
        }

        lock (s_lock)
        {
            uint number = s_free.Count > Rest ? s_free.Dequeue() : s_made++;
            if (number >= s_tickets.Length)
            {
                Array.Resize(ref s_tickets, 2 * s_tickets.Length);
            }

            ref Ticket ticket = ref s_tickets[number];
            ticket.Fence = fence;
            ticket.Life++;
            ticket.Held = true;
            return ((ulong)ticket.Life << 32) | number;
        }
    }

    /// <summary>The fence of a ticket, held or given back; of one that is another's by now, a handle that is stale.</summary>
    public static ulong FenceOf(ulong ticket)
    {
        if (ticket == 0)
        {
            return 0;
        }

        lock (s_lock)
        {
            ref Ticket found = ref s_tickets[(uint)ticket];
            return found.Life == (uint)(ticket >> 32) ? found.Fence : (1UL << 32) | uint.MaxValue;
        }
    }

    /// <summary>Gives a ticket back; false when it has been already.</summary>
    public static bool TryRedeem(ulong ticket)
    {
        lock (s_lock)
        {
            ref Ticket found = ref s_tickets[(uint)ticket];
            if (!found.Held || found.Life != (uint)(ticket >> 32))
            {
                return false;
            }

            found.Held = false;
            s_free.Enqueue((uint)ticket);
            return true;
        }
    }
}
