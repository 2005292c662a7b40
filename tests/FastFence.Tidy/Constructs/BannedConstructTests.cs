using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Constructs;

public class BannedConstructTests
{
    [Fact]
    public void TheCoreContainsNoBannedConstruct() => Finding.MustBeNone(BannedConstructs.In(CoreCompilation.Real));

    [Theory]
    [InlineData("volatile int _x;", "`volatile` hides")]
    [InlineData("void F() => Thread.MemoryBarrier();", "Thread.MemoryBarrier")]
    [InlineData("void F() => Thread.Sleep(1);", "Thread.Sleep")]
    [InlineData("void F() => Sleep(1);", "Thread.Sleep")]
    [InlineData("SpinWait _spin;", "SpinWait sleeps")]
    [InlineData("int _x; int F() => Volatile.Read(ref _x);", "Volatile.Read outside the Atomics floor")]
    [InlineData("int _x; int F() => System.Threading.Interlocked.Increment(ref _x);", "Interlocked.Increment outside the Atomics floor")]
    public void AKnownBadConstructIsReportedOnce(string member, string reason) =>
        Finding.MustBeOne(In("src/FastFence/Fences/A.cs", member), reason);

    [Theory]
    [InlineData("src/FastFence/Fences/A.cs", "/* volatile, Thread.Sleep, SpinWait */ string F() => \"volatile\";")]
    [InlineData("src/FastFence/Atomics/A.cs", "int _x; int F() => Volatile.Read(ref _x);")]
    [InlineData("src/FastFence/Platform/A.cs", "void F() => Interlocked.MemoryBarrierProcessWide();")]
    [InlineData("src/FastFence/Platform/A.cs", "void F() => Thread.Sleep(1);")]
    public void AMereMentionOrTheFloorMadeForItIsNotReported(string path, string member) => Assert.Empty(In(path, member));

    private static IEnumerable<Finding> In(string path, string member) =>
        BannedConstructs.In(CoreCompilation.Of(new SourceFile(path, $"using static System.Threading.Thread;\nclass A {{ {member} }}")));
}
