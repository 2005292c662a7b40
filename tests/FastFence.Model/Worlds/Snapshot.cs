// The engine's native memory as a case set it up, put back before each execution. Only pages that hold something, and a few
// behind them, are copied; a full look at the end of a case finds an execution that wrote elsewhere.
namespace FastFence.Model.Worlds;

internal sealed unsafe class Snapshot
{
    private const int Page = 4096;

    private static readonly List<(nint Start, long Bytes)> s_covered = [];

    private readonly List<(nint Start, byte[] Content)> _runs = [];

    private Snapshot()
    {
    }

    /// <summary>Adds memory to what every snapshot holds.</summary>
    public static void Cover(byte* start, long bytes) => s_covered.Add(((nint)start, bytes));

    /// <summary>Copies what is there, and so many pages behind each used one.</summary>
    public static Snapshot Take(int sparePages)
    {
        Snapshot snapshot = new();
        foreach ((nint start, long bytes) in s_covered)
        {
            int run = -1;
            int end = 0;
            int pages = (int)((bytes + Page - 1) / Page);
            for (int page = 0; page < pages; page++)
            {
                if (IsUsed(start, bytes, page))
                {
                    run = run < 0 ? page : run;
                    end = Math.Min(pages, page + 1 + sparePages);
                }
                else if (run >= 0 && page >= end)
                {
                    snapshot.Keep(start, bytes, run, end);
                    run = -1;
                }
            }

            if (run >= 0)
            {
                snapshot.Keep(start, bytes, run, end);
            }
        }

        return snapshot;
    }

    public void Restore()
    {
        foreach ((nint start, byte[] content) in _runs)
        {
            content.CopyTo(new Span<byte>((void*)start, content.Length));
        }
    }

    /// <summary>Puts back everything, pages included that the snapshot does not hold: they were empty.</summary>
    public void RestoreAll()
    {
        foreach (nint page in PagesOutside())
        {
            new Span<byte>((void*)page, Page).Clear();
        }

        Restore();
    }

    /// <summary>Throws when something lies outside of what is put back.</summary>
    public void Verify()
    {
        if (PagesOutside() is [nint page, ..])
        {
            throw new InvalidOperationException($"An execution wrote to a page that the snapshot does not hold ({page:x}).");
        }
    }

    private List<nint> PagesOutside()
    {
        List<nint> pages = [];
        foreach ((nint start, long bytes) in s_covered)
        {
            for (int page = 0; page * (long)Page < bytes; page++)
            {
                nint at = start + (page * Page);
                if (IsUsed(start, bytes, page) && !_runs.Exists(r => at >= r.Start && at < r.Start + r.Content.Length))
                {
                    pages.Add(at);
                }
            }
        }

        return pages;
    }

    private static bool IsUsed(nint start, long bytes, int page)
    {
        long offset = (long)page * Page;
        return new ReadOnlySpan<byte>((void*)(start + (nint)offset), (int)Math.Min(Page, bytes - offset)).ContainsAnyExcept((byte)0);
    }

    private void Keep(nint start, long bytes, int first, int end)
    {
        nint at = start + (first * Page);
        long length = Math.Min((long)(end - first) * Page, bytes - ((long)first * Page));
        _runs.Add((at, new ReadOnlySpan<byte>((void*)at, (int)length).ToArray()));
    }
}
