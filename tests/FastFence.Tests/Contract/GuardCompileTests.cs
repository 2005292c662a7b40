using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>
/// C5, the guard shape: no way that the compiler can see leads what a section yields out of it. Each snippet is refused for the one reason
/// that it is about, and the same frame without the leak compiles.
/// </summary>
public sealed class GuardCompileTests
{
    /// <summary>Everything that a section yields, the section itself included: its type and how it is had.</summary>
    public static TheoryData<string, string> Yields { get; } = new()
    {
        { "ReadOnlySpan<byte>", "section.View.DriverName(fence)" },
        { "ReadOnlySpan<byte>", "section.View.TimelineName(fence)" },
        { "ReadOnlySpan<int>", "section.View.PrivateData<int>(fence)" },
        { "ReadOnlySpan<byte>", "section.View.DriverName(fence).Slice(1)" },
        { "AccessView", "section.View" },
        { "AccessSection", "section" },
    };

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatStaysInTheSectionCompiles(string type, string value) =>
        Assert.Empty(Errors(type, value, "_ = got; Local(got);", members: $"static void Local(scoped {type} got) {{ }}"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsReturnedDoesNotCompile(string type, string value) =>
        Refused("CS8352", Errors(type, value, "return got;", returns: type));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsCopiedToALocalOfBeforeDoesNotCompile(string type, string value) =>
        Refused("CS8352", Errors(type, value, "outer = got;", before: $"{type} outer = default;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsStoredInARefStructOfTheOuterScopeDoesNotCompile(string type, string value) =>
        Refused("CS8352", Errors(type, value, "outer.Kept = got;", before: "Holder outer = default;", members: $"ref struct Holder {{ public {type} Kept; }}"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsHandedOutByAnOutParameterDoesNotCompile(string type, string value) =>
        Refused("CS8352", Errors(type, value, "kept = got;", before: "kept = default;", parameters: $", out {type} kept"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsStoredThroughARefParameterDoesNotCompile(string type, string value) =>
        Refused("CS8352", Errors(type, value, "kept = got;", parameters: $", ref {type} kept"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsHandedToAMethodThatKeepsItDoesNotCompile(string type, string value) => Refused(
        ["CS8350", "CS8352"], Errors(type, value, "Keep(ref outer, got);", before: $"{type} outer = default;",
            members: $"static void Keep(ref {type} to, {type} from) => to = from;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsStoredInAFieldDoesNotCompile(string type, string value) =>
        Refused(["CS8345", "CS8352"], Errors(type, value, "_kept = got;", members: $"{type} _kept;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsStoredInAStaticFieldDoesNotCompile(string type, string value) =>
        Refused(["CS8345", "CS8352"], Errors(type, value, "s_kept = got;", members: $"static {type} s_kept;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsStoredInAnArrayDoesNotCompile(string type, string value) =>
        Refused("CS0611", Errors(type, value, $"{type}[] all = new {type}[1];"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsStoredInACollectionDoesNotCompile(string type, string value) =>
        Refused("CS9244", Errors(type, value, $"List<{type}> all = null;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsCapturedInALambdaDoesNotCompile(string type, string value) =>
        Refused("CS8175", Errors(type, value, $"Action later = () => Local(got);", members: $"static void Local(scoped {type} got) {{ }}"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsCapturedInALocalFunctionDoesNotCompile(string type, string value) => Refused(
        "CS8175", Errors(type, value, "void Later() => Local(got); Action later = Later;", members: $"static void Local(scoped {type} got) {{ }}"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsCarriedAcrossAnAwaitDoesNotCompile(string type, string value) => Refused(
        "CS4007", Errors(type, value, "await Task.Yield(); Local(got);", returns: "async Task", members: $"static void Local(scoped {type} got) {{ }}"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsCarriedAcrossAYieldDoesNotCompile(string type, string value) => Refused(
        "CS4007", Errors(type, value, "yield return 1; Local(got);", returns: "IEnumerable<int>", members: $"static void Local(scoped {type} got) {{ }}"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsBoxedDoesNotCompile(string type, string value) => Refused("CS0029", Errors(type, value, "object boxed = got;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsPutIntoATupleDoesNotCompile(string type, string value) => Refused("CS9244", Errors(type, value, "(int, object) pair = default; var two = (1, got);"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsGivenToATaskDoesNotCompile(string type, string value) => Refused("CS9244", Errors(type, value, "_ = Task.FromResult(got);"));

    [Fact]
    public void SectionsBetweenAwaitsAndInLoopsCompile() => Assert.Empty(Snippet.ErrorsOf("""
        class Honest
        {
            async Task<int> Between(Fence[] fences)
            {
                int length = 0;
                foreach (Fence fence in fences)
                {
                    {
                        AccessToken token = default;
                        using AccessSection section = AccessSection.Begin(ref token);
                        ReadOnlySpan<byte> name = section.View.DriverName(fence);
                        AccessView view = section.View;
                        length += name.Length + view.TimelineName(fence).Length + view.PrivateData<int>(fence).Length;
                    }

                    await Task.Yield();
                }

                return length;
            }

            IEnumerable<int> Lengths(Fence fence)
            {
                int Length()
                {
                    AccessToken token = default;
                    using AccessSection section = AccessSection.Begin(ref token);
                    return section.View.DriverName(fence).Length;
                }

                yield return Length();
                yield return Length();
            }
        }
        """));

    [Fact]
    public void AnElementReturnedByReferenceDoesNotCompile() => Refused(
        "CS8352", Errors("ReadOnlySpan<byte>", "section.View.DriverName(fence)", "return ref got[0];", returns: "ref readonly byte"));

    [Fact]
    public void ASectionKeptAsADisposableDoesNotCompile() =>
        Refused("CS0029", Errors("AccessSection", "section", "IDisposable kept = got;"));

    [Fact]
    public void ASectionBoundToATokenThatEndsSoonerDoesNotCompile() => Refused("CS8352", Snippet.ErrorsOf("""
        class C
        {
            void Leak(Fence fence)
            {
                AccessSection outer = default;
                {
                    AccessToken token = default;
                    AccessSection section = AccessSection.Begin(ref token);
                    outer = section;
                }

                outer.View.DriverName(fence);
            }
        }
        """));

    [Fact]
    public void ATokenThatIsNotAVariableDoesNotCompile() => Refused("CS1510", Snippet.ErrorsOf("""
        class C
        {
            void Leak()
            {
                using AccessSection section = AccessSection.Begin(ref default(AccessToken));
            }
        }
        """));

    internal static void Refused(string id, string[] errors) => Refused([id], errors);

    internal static void Refused(string[] ids, string[] errors)
    {
        string[] found = [.. errors.Select(error => error.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(ids.SequenceEqual(found), $"expected {string.Join(' ', ids)}, found: {string.Join("; ", errors)}");
    }

    private static string[] Errors(
        string type, string value, string leak, string before = "", string returns = "void", string parameters = "", string members = "")
    {
        string code = $$"""
            class C
            {
                {{members}}

                {{returns}} Use(Fence fence{{parameters}})
                {
                    {{before}}
                    AccessToken token = default;
                    using (AccessSection section = AccessSection.Begin(ref token))
                    {
                        {{type}} got = {{value}};
                        {{leak}}
                    }
                }
            }
            """;
        return Snippet.ErrorsOf(code);
    }
}
