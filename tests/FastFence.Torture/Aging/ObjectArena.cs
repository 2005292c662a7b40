using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Torture.Aging;

/// <summary>What is done to a freed object, so that a late reader shows.</summary>
internal enum FreedAs
{
    /// <summary>Filled with poison: a late reader reads that, and goes on.</summary>
    Poisoned,

    /// <summary>Its page made inaccessible: a late reader ends its process by a signal.</summary>
    Inaccessible,
}

/// <summary>
/// The objects, one a page: every word of a living one names object and life, so that whatever a reader finds tells what it is.
/// Made and freed by one thread, read by any.
/// </summary>
internal sealed unsafe class ObjectArena : IDisposable
{
    private const ulong Mark = 0x4F00_0000_0000_0000;
    private const ulong MarkMask = 0xFF00_0000_0000_0000;

    private readonly nuint _pageBytes = (nuint)Pages.Size;
    private readonly byte* _pages;
    private readonly FreedAs _freedAs;

    internal ObjectArena(FreedAs freedAs)
    {
        _freedAs = freedAs;
        _pages = Pages.Reserve(_pageBytes * AgeBoard.Objects, _pageBytes);
        if (_pages == null)
        {
            throw new IOException("no memory for the torture's objects");
        }
    }

    /// <summary>Words of an object.</summary>
    internal uint Words => (uint)(_pageBytes / sizeof(ulong));

    /// <summary>Is it a word of this object, and of which life?</summary>
    internal static bool IsOf(ulong word, int index, out ulong life)
    {
        life = word & 0xFFFF_FFFF_FFFF;
        return (word & MarkMask) == Mark && (int)(word >> 48 & 0xFF) == index;
    }

    /// <summary>Begins a life: accessible, every word written.</summary>
    internal void Fill(int index, ulong life)
    {
        byte* page = PageOf(index);
        Protect(page, accessible: true);
        new Span<ulong>(page, (int)Words).Fill(Mark | ((ulong)index << 48) | (life & 0xFFFF_FFFF_FFFF));
    }

    /// <summary>Ends it.</summary>
    internal void Free(int index)
    {
        byte* page = PageOf(index);
        new Span<ulong>(page, (int)Words).Fill(Poison.Pattern);
        Protect(page, accessible: false);
    }

    /// <summary>Reads a word of an object, whatever has become of it.</summary>
    internal ulong Read(int index, uint word) => Volatile.Read(ref ((ulong*)PageOf(index))[word]);

    public void Dispose() => Pages.Release(_pages, _pageBytes * AgeBoard.Objects);

    private byte* PageOf(int index) => _pages + ((nuint)index * _pageBytes);

    private void Protect(byte* page, bool accessible)
    {
        if (_freedAs == FreedAs.Inaccessible && !Pages.TryProtect(page, _pageBytes, accessible))
        {
            throw new IOException("the kernel refused mprotect: pages of freed objects cannot be made inaccessible here");
        }
    }
}
