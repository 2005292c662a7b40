using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>FF0002: pointers and unbound copies of guarded memory. Every leak compiles; each has its honest neighbour.</summary>
public sealed class MemoryAnalyzerTests
{
    /// <summary>Ways to refer to guarded memory that the compiler does not bound: the type, and the value of <c>name</c>.</summary>
    public static TheoryData<string, string> Loose { get; } = new()
    {
        { "byte*", "(byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name))" },
        { "byte*", "(byte*)Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetReference(name), 1)) + 2" },
        { "void*", "Unsafe.AsPointer(ref Unsafe.AsRef(in name[0]))" },
        { "nint", "(nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name))" },
        { "ulong", "(ulong)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name.Slice(1)))" },
        { "ReadOnlySpan<byte>", "MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in name[0]), 3)" },
        { "Span<byte>", "MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(name), 3)" },
        { "ReadOnlySpan<byte>", "new ReadOnlySpan<byte>(Unsafe.AsPointer(ref MemoryMarshal.GetReference(name)), 3)" },
        { "(nint, int)", "((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name)), 3)" },
        { "Address", "new Address((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name)))" },
        { "Address", "new Address(0) { Value = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name)) }" },
        { "object", "(object)(nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name))" },
    };

    [Theory]
    [MemberData(nameof(Loose))]
    public async Task AnUnboundCopyUsedInsideTheSectionIsNotReported(string type, string value) =>
        await Clean($"void M(Fence fence) {{ {Section($"{type} got = {value}; Use(got); {type} again = got; Use(again);")} }} static void Use({type} it) {{ }}");

    [Theory]
    [MemberData(nameof(Loose))]
    public async Task AnUnboundCopyThatIsReturnedIsReported(string type, string value) =>
        await Reported("got", "is returned", $"{type} M(Fence fence) {{ {Section($"{type} got = {value}; return got;")} }}");

    [Theory]
    [MemberData(nameof(Loose))]
    public async Task AnUnboundCopyThatIsKeptInALocalOfBeforeIsReported(string type, string value) => await Reported(
        "got", "is kept in 'outer', which outlives the section", $"void M(Fence fence) {{ {type} outer = default; {Section($"{type} got = {value}; outer = got;")} }}");

    [Theory]
    [MemberData(nameof(Loose))]
    public async Task AnUnboundCopyThatIsHandedOutIsReported(string type, string value) => await Reported(
        "got", "is stored in 'kept'", $"void M(Fence fence, out {type} kept) {{ kept = default; {Section($"{type} got = {value}; kept = got;")} }}");

    [Fact]
    public async Task APointerStoredInAFieldIsReported() => await Reported(
        "p", "is stored in '_kept'", $"byte* _kept; void M(Fence fence) {{ {Section("fixed (byte* p = name) { _kept = p; }")} }}");

    [Fact]
    public async Task APointerStoredInAPropertyOrAnElementOrThroughAPointerIsReported()
    {
        await Reported("(nint)p", "is stored in 'Kept'", $"nint Kept {{ get; set; }} void M(Fence fence) {{ {Section("fixed (byte* p = name) { Kept = (nint)p; }")} }}");
        await Reported("(nint)p", "is stored in 'kept[0]'", $"void M(Fence fence, nint[] kept) {{ {Section("fixed (byte* p = name) { kept[0] = (nint)p; }")} }}");
        await Reported("p", "is stored in '*kept'", $"void M(Fence fence, byte** kept) {{ {Section("fixed (byte* p = name) { *kept = p; }")} }}");
    }

    [Fact]
    public async Task APinnedPointerThatOutlivesItsSectionIsReported()
    {
        await Reported("p", "is kept in 'outer'", $"void M(Fence fence) {{ byte* outer = null; {Section("fixed (byte* p = name) { outer = p; }")} Use(outer); }} static void Use(byte* p) {{ }}");
        await Reported("p + 1", "is returned", $"byte* M(Fence fence) {{ {Section("fixed (byte* p = &name[1]) { return p + 1; }")} }}");
        await Reported("p", "is returned", $"byte* M(Fence fence) {{ {Section("fixed (byte* p = &MemoryMarshal.GetReference(name)) { return p; }")} }}");
    }

    [Fact]
    public async Task APointerPutIntoANewObjectIsReported()
    {
        string members = "class Holder { public byte* Kept; public byte* Held { get; set; } }";
        await Reported("p", "is stored in 'Kept'", $"{members} void M(Fence fence) {{ {Section("fixed (byte* p = name) { _ = new Holder { Kept = p }; }")} }}");
        await Reported("p", "is stored in 'Held'", $"{members} void M(Fence fence) {{ {Section("fixed (byte* p = name) { _ = new Holder { Held = p }; }")} }}");
    }

    [Fact]
    public async Task APinnedPointerUsedInsideIsNotReported() => await Clean($$"""
        static int Length(byte* p) => 0;

        int M(Fence fence)
        {
            {{Section("""
                int length = 0;
                fixed (byte* p = name)
                {
                    byte* q = p;
                    for (q += 1; *q != 0; q++)
                    {
                        length++;
                    }

                    length += Length(p) + *p + p[1] + (int)(q - p);
                }

                return length;
                """)}}
        }
        """);

    [Fact]
    public async Task APointerCapturedInALambdaIsReported() => await Reported("got", "is captured", $$"""
        Func<nint> M(Fence fence)
        {
            {{Section("nint got = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(name)); Func<nint> later = () => { nint none = 0; _ = got; return none; }; return later;")}}
        }
        """);

    [Fact]
    public async Task AReferenceThatUnsafeCutsLooseIsReported() => await Reported("Unsafe.AsRef(in name[0])", "is returned", $$"""
        ref byte M(Fence fence)
        {
            {{Section("return ref Unsafe.AsRef(in name[0]);")}}
        }
        """);

    [Fact]
    public async Task APointerThatAnActionKeepsIsReported() => await Reported("p", "is stored in 'Kept'", """
        struct Leak : IAccessAction
        {
            public Fence Fence;
            public byte* Kept;
            public void Invoke(scoped AccessView view)
            {
                fixed (byte* p = view.DriverName(Fence))
                {
                    Kept = p;
                }
            }
        }
        """);

    [Fact]
    public async Task APointerToPrivateDataThatAHelperReturnsIsReported() => await Reported("p", "is returned", """
        static int* Data(AccessView view, Fence fence)
        {
            fixed (int* p = view.PrivateData<int>(fence))
            {
                return p;
            }
        }
        """);

    [Fact]
    public async Task APointerKeptInALocalStructOfBeforeIsReported() => await Reported("p", "is kept in 'outer'", $$"""
        struct Two { public byte* First; public int Second; }

        void M(Fence fence)
        {
            Two outer = default;
            {{Section("fixed (byte* p = name) { Two inner = default; inner.First = p; outer.First = p; }")}}
        }
        """);

    [Fact]
    public async Task CopiesOfTheContentAreNotReported() => await Clean($$"""
        struct Layout { public nint Handle; public long Value; }

        string _text;
        byte[] _bytes;
        nint _handle;
        long _value;
        ulong _word;

        long M(Fence fence, Span<byte> destination, out byte first)
        {
            {{Section("""
                ReadOnlySpan<Layout> data = section.View.PrivateData<Layout>(fence);
                name.CopyTo(destination);
                _bytes = name.ToArray();
                _text = System.Text.Encoding.UTF8.GetString(name);
                _handle = data[0].Handle;
                Layout copy = data[0];
                _value = copy.Value;
                _word = Unsafe.ReadUnaligned<ulong>(ref MemoryMarshal.GetReference(name));
                fixed (byte* p = name)
                {
                    _text = new string((sbyte*)p, 0, 3);
                    first = p[0];
                    _word = *(ulong*)p;
                }

                return MemoryMarshal.Read<long>(name) + MemoryMarshal.Cast<byte, long>(name)[0];
                """)}}
        }
        """);

    [Fact]
    public async Task PointersThatHaveNothingToDoWithAFenceAreNotReported() => await Clean($$"""
        byte* _mine;

        byte* M(Fence fence, byte[] own)
        {
            {{Section("""
                fixed (byte* p = own)
                {
                    _mine = p + name.Length;
                    return p;
                }
                """)}}
        }
        """);

    private static string Section(string body) => $$"""
        AccessToken token = default;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            ReadOnlySpan<byte> name = section.View.DriverName(fence);
            {{body}}
        }
        """;

    private static Task<string[]> Findings(string members) => Snippet.FindingsOf($$"""
        struct Address(nint value) { public nint Value = value; }

        unsafe class C { {{members}} }
        """);

    private static async Task Clean(string members) => Assert.Empty(await Findings(members));

    private static async Task Reported(string marked, string way, string members)
    {
        string[] findings = await Findings(members);
        string expected = $"FF0002 ({marked}): {marked} refers to a fence's names or private data and {way}";
        Assert.True(findings is [var only] && only.StartsWith(expected, StringComparison.Ordinal), $"expected {expected}, found: {string.Join("; ", findings)}");
    }
}
