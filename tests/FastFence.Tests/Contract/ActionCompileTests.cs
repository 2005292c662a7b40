using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>C5, the closed shape: a view, and what is read through it, does not outlive <c>Invoke</c>.</summary>
public sealed class ActionCompileTests
{
    /// <summary>What an action gets and what it reads.</summary>
    public static TheoryData<string, string> Yields { get; } = new()
    {
        { "AccessView", "view" },
        { "ReadOnlySpan<byte>", "view.DriverName(Fence)" },
        { "ReadOnlySpan<byte>", "view.TimelineName(Fence)" },
        { "ReadOnlySpan<int>", "view.PrivateData<int>(Fence)" },
    };

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatStaysInTheActionCompiles(string type, string value) =>
        Assert.Empty(Errors(type, value, "Local(got);", members: $"static void Local(scoped {type} got) {{ }}"));

    [Fact]
    public void AnActionThatCarriesResultsOutCompiles() => Assert.Empty(Snippet.ErrorsOf("""
        class Honest
        {
            struct Action : IAccessAction
            {
                public Fence Fence;
                public int Length;
                public void Invoke(scoped AccessView view) => Length = view.DriverName(Fence).Length;
            }

            ref struct Copy : IAccessAction
            {
                public Fence Fence;
                public Span<byte> Destination;
                public void Invoke(scoped AccessView view) => view.DriverName(Fence).CopyTo(Destination);
            }

            async Task<int> Closed(Fence fence)
            {
                await Task.Yield();
                Action action = new() { Fence = fence };
                Access.Run(ref action);
                return action.Length;
            }

            void Copied(Fence fence, Span<byte> destination)
            {
                Copy copy = new() { Fence = fence, Destination = destination };
                Access.Run(ref copy);
            }
        }
        """));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsKeptInAnActionOnTheStackDoesNotCompile(string type, string value) =>
        Refused("CS8352", Errors(type, value, "_kept = got;", members: $"{type} _kept;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsKeptInAnActionOnTheHeapDoesNotCompile(string type, string value) => GuardCompileTests.Refused(
        ["CS8345", "CS8352"], Errors(type, value, "_kept = got;", members: $"{type} _kept;", kind: "struct"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatIsKeptInAStaticDoesNotCompile(string type, string value) => GuardCompileTests.Refused(
        ["CS8345", "CS8352"], Errors(type, value, "s_kept = got;", members: $"static {type} s_kept;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatAnActionsHelperReturnsDoesNotCompileEither(string type, string value) => GuardCompileTests.Refused(
        ["CS8347", "CS8352"], Errors(type, value, "_kept = Same(got);", members: $"{type} _kept; static {type} Same({type} it) => it;"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatALambdaOfAnActionCapturesDoesNotCompile(string type, string value) =>
        Refused("CS8175", Errors(type, value, "Func<bool> later = () => got.Equals(null);"));

    [Theory]
    [MemberData(nameof(Yields))]
    public void WhatAnActionBoxesDoesNotCompile(string type, string value) => Refused("CS0029", Errors(type, value, "object kept = got;"));

    [Fact]
    public void AnActionThatAwaitsDoesNotCompile() => Refused("CS4012", Snippet.ErrorsOf("""
        struct Leak : IAccessAction
        {
            public async void Invoke(scoped AccessView view) => await Task.Yield();
        }
        """));

    [Fact]
    public void AnActionWithoutTheScopedWordDoesNotCompile() => Refused("CS8987", Snippet.ErrorsOf("""
        ref struct Leak : IAccessAction
        {
            public AccessView Kept;
            public void Invoke(AccessView view) => Kept = view;
        }
        """));

    [Fact]
    public void AnActionThatIsAClassDoesNotCompile() => Refused("CS0453", Snippet.ErrorsOf("""
        class Leak : IAccessAction
        {
            public void Invoke(scoped AccessView view) { }

            void Run()
            {
                Leak leak = this;
                Access.Run(ref leak);
            }
        }
        """));

    private static void Refused(string id, string[] errors) => GuardCompileTests.Refused(id, errors);

    private static string[] Errors(string type, string value, string leak, string members = "", string kind = "ref struct") => Snippet.ErrorsOf($$"""
        {{kind}} Action : IAccessAction
        {
            public Fence Fence;

            {{members}}

            public void Invoke(scoped AccessView view)
            {
                {{type}} got = {{value}};
                {{leak}}
            }
        }
        """);
}
