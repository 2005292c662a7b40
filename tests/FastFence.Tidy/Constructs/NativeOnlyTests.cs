using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Constructs;

public class NativeOnlyTests
{
    private const string Header = "// The cursor. It touches native\n// memory only.\n";

    [Fact]
    public void FilesThatPromiseNativeMemoryOnlyKeepIt() => Finding.MustBeNone(NativeOnly.In(CoreCompilation.Real));

    [Theory]
    [InlineData("static int s_x;", "a static field")]
    [InlineData("static readonly int s_x = 1;", "a static field")]
    [InlineData("static int X { get; set; }", "a static field")]
    [InlineData("nint F() => nint.Zero;", "uses the static field")]
    [InlineData("object F() => new object();", "creates a object")]
    [InlineData("object F() { object x = new(); return x; }", "creates a object")]
    [InlineData("int[] F() => new int[2];", "creates an array")]
    [InlineData("int[] F() => [1, 2];", "creates a collection")]
    [InlineData("void F() => G(1, 2); void G(params int[] x) { }", "creates an array (params)")]
    [InlineData("Action F() => () => { };", "creates a delegate")]
    [InlineData("Action F() => H; static void H() { }", "creates a delegate")]
    [InlineData("void F(object o) { lock (o) { } }", "takes a lock")]
    [InlineData("void F() => throw null!;", "throws")]
    [InlineData("string F(int x) => $\"{x}\";", "builds a string")]
    [InlineData("string F(string x) => x + x;", "builds a string")]
    [InlineData("async void F(Task t) => await t;", "awaits")]
    [InlineData("object F(int x) => x;", "boxes a int")]
    public void AKnownBadLineInANativeOnlyFileIsReportedOnce(string member, string reason) =>
        Finding.MustBeOne(In("src/FastFence/Memory/A.cs", $"{Header}class A {{ {member} }}"), reason);

    [Theory]
    [InlineData("src/FastFence/Rings/RetireCore.cs")]
    [InlineData("src/FastFence/Polling/CoreLoop.cs")]
    public void AKnownBadLineInAPollersCoreIsReportedWithoutAnyHeader(string path) =>
        Finding.MustBeOne(In(path, "class A { static int s_x; }"), "a static field");

    [Fact]
    public void NativeCodeIsAcceptedInANativeOnlyFile() => Assert.Empty(In("src/FastFence/Polling/A.cs", $$"""
        {{Header}}
        [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 64)]
        unsafe struct A
        {
            const int Size = 64;
            [System.Runtime.InteropServices.FieldOffset(0)] int _x;
            static ReadOnlySpan<byte> Name => "name"u8;
            static void H(void* state) { }
            static int F(A* block, int n)
            {
                delegate*<void*, void> h = &H;
                h(block);
                Span<int> few = stackalloc int[4];
                var copy = new A { _x = n + Size };
                foreach (var x in few) { copy._x += x; }
                return Name.Length + copy._x;
            }
        }
        """));

    [Fact]
    public void AFileThatPromisesNothingIsNotHeldToIt() =>
        Assert.Empty(In("src/FastFence/Polling/Other.cs", "class A { static object s_x = new(); }"));

    private static IEnumerable<Finding> In(string path, string text)
    {
        var compilation = CoreCompilation.Of(new SourceFile(path, text));
        Assert.Empty(CoreCompilation.Errors(compilation));
        return NativeOnly.In(compilation);
    }
}
