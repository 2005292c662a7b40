using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed unsafe class PagesTests : IDisposable
{
    private const int NotPermitted = 1, TryAgain = 11, NoMemory = 12;
    private const nuint Slab = 2 << 20;

    private readonly byte* _pages = Pages.Reserve(Slab, Slab);

    public void Dispose() => Pages.Release(_pages, Slab);

    [Fact]
    public void AReservationReadsAsZero() => Assert.True(IsZero(_pages, Slab));

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(1 << 16)]
    [InlineData(1 << 21)]
    [InlineData(1 << 30)]
    public void AReservationHasTheAlignmentAskedFor(int alignment)
    {
        for (int i = 0; i < 8; i++)
        {
            byte* p = Pages.Reserve(Slab + 1, (nuint)alignment);
            Assert.Equal(0u, (nuint)p % (nuint)alignment);
            p[0] = 1;
            p[Slab] = 1;
            Pages.Release(p, Slab + 1);
        }
    }

    [Fact]
    public void AReservationBeyondTheAddressSpaceIsRefused()
    {
        Assert.True(Pages.Reserve((nuint)1 << 62, 1) is null);
        Assert.True(Pages.Reserve(nuint.MaxValue, 1) is null);
        Assert.True(Pages.Reserve(nuint.MaxValue - (Slab * 2), (nuint)1 << 63) is null);
    }

    [Fact]
    public void AnAlignmentThatIsNoPowerOfTwoIsAnError()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Pages.Reserve(Slab, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pages.Reserve(Slab, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pages.Reserve(0, 1));
    }

    [Fact]
    public void NothingIsReleasedForNull() => Pages.Release(null, Slab);

    [Fact]
    public void ADecommittedPageReadsAsZeroAndCanBeWrittenAgain()
    {
        Fill(0x5A);
        Assert.True(Pages.TryDecommit(_pages, Slab));
        Assert.True(IsZero(_pages, Slab));
        Fill(0x5A);
        Assert.Equal(0x5A, _pages[Slab - 1]);
    }

    [Fact]
    public void PrefaultingKeepsTheContents()
    {
        Fill(0x5A);
        Pages.Prefault(_pages, Slab);
        Pages.Touch(_pages, Slab);
        Assert.False(new ReadOnlySpan<byte>(_pages, (int)Slab).ContainsAnyExcept((byte)0x5A));
    }

    [Fact]
    public void LockingSucceedsOrSaysWhy()
    {
        if (Pages.TryLock(_pages, (nuint)Pages.Size, out int errno))
        {
            Assert.Equal(0, errno);
            Fill(0x5A);
            Assert.False(Pages.TryDecommit(_pages, Slab));
            Assert.Equal(0x5A, _pages[0]);
        }
        else if (OperatingSystem.IsLinux())
        {
            Assert.Contains(errno, (int[])[NotPermitted, TryAgain, NoMemory]);
        }
    }

    [Fact]
    public void AdvisingHugePagesKeepsTheContents()
    {
        Fill(0x5A);
        _ = Pages.TryAdviseHuge(_pages, Slab); // a kernel may be built without
        Assert.Equal(0x5A, _pages[Slab / 2]);
    }

    // The kernel reads the word and reports the fault as an error, so that nothing has to crash for this.
    [Fact]
    public void AProtectedPageCannotBeReadUntilItIsGivenBack()
    {
        Assert.SkipUnless(Futex.IsNative, "nothing else reads an address without crashing on it");
        _pages[0] = 1;
        Assert.True(Pages.TryProtect(_pages, Slab, accessible: false));
        Assert.Throws<InvalidOperationException>(() => Futex.Wait((uint*)_pages, 0, 0));
        Assert.True(Pages.TryProtect(_pages, Slab, accessible: true));
        Assert.Equal(FutexResult.ValueDiffers, Futex.Wait((uint*)_pages, 0, 0));
        Assert.Equal(1, _pages[0]);
    }

    [Fact]
    public void ThePortableWayGivesClearedAlignedMemory()
    {
        byte* p = Pages.ReservePortable(Slab, 1 << 16);
        Assert.Equal(0u, (nuint)p % (1 << 16));
        Assert.True(IsZero(p, Slab));
        p[7] = 1;
        Assert.True(Pages.ClearPortable(p, Slab));
        Assert.True(IsZero(p, Slab));
        Pages.ReleasePortable(p);
    }

    private static bool IsZero(byte* p, nuint bytes) => !new ReadOnlySpan<byte>(p, (int)bytes).ContainsAnyExcept((byte)0);

    private void Fill(byte value) => new Span<byte>(_pages, (int)Slab).Fill(value);
}
