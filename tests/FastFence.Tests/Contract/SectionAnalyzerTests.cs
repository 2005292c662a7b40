using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>FF0001, FF0003, FF0004 and FF0005: sections that are left open, closed early, or not there at all (C5).</summary>
public sealed class SectionAnalyzerTests
{
    [Fact]
    public async Task SectionsInUsingAreNotReported() => await Clean("""
        void Uses(Fence fence, bool first)
        {
            AccessToken token = default;
            AccessToken other = new();
            using (AccessSection.Begin(ref token))
            {
            }

            using (AccessSection section = AccessSection.Begin(ref token))
            {
                using AccessSection nested = AccessSection.Begin(ref other);
                _ = nested.View.DriverName(fence).Length;
            }

            using AccessSection either = first ? AccessSection.Begin(ref token) : AccessSection.Begin(ref other);
            AccessSection.Begin(ref other).Dispose();
        }

        AccessSection HandedToTheCaller(ref AccessToken token) => AccessSection.Begin(ref token);

        void Caller(Fence fence)
        {
            AccessToken own = default;
            using AccessSection section = HandedToTheCaller(ref own);
            _ = section.View.IsPending(fence);
        }
        """);

    [Fact]
    public async Task ASectionInNoUsingIsReported() => await Reported("FF0001 (AccessSection.Begin(ref token)): This access section is left open", """
        int M(Fence fence)
        {
            AccessToken token = default;
            AccessSection section = AccessSection.Begin(ref token);
            return section.View.DriverName(fence).Length;
        }
        """);

    [Fact]
    public async Task ASectionThatIsThrownAwayIsReported() => await Reported("FF0001 (AccessSection.Begin(ref token))", """
        void M()
        {
            AccessToken token = default;
            AccessSection.Begin(ref token);
        }
        """);

    [Fact]
    public async Task ASectionUsedWithinItsExpressionIsReported() => await Reported("FF0001 (AccessSection.Begin(ref token))", """
        int M(Fence fence)
        {
            AccessToken token = default;
            return AccessSection.Begin(ref token).View.DriverName(fence).Length;
        }
        """);

    [Fact]
    public async Task ASectionHandedOutAndNotClosedIsReportedWhereItWasTaken() => await Reported("FF0001 (Open(ref token))", """
        AccessSection Open(ref AccessToken token) => AccessSection.Begin(ref token);

        void M()
        {
            AccessToken token = default;
            AccessSection section = Open(ref token);
        }
        """);

    [Fact]
    public async Task ASectionDisposedOnOneWayOnlyIsReportedTwice() => await Reported(
        ["FF0001 (AccessSection.Begin(ref token))", "FF0003 (section.Dispose()): The access section is disposed of while"], """
        void M(bool often)
        {
            AccessToken token = default;
            AccessSection section = AccessSection.Begin(ref token);
            if (often)
            {
                section.Dispose();
            }
        }
        """);

    [Fact]
    public async Task ASectionDisposedOfInsideItsUsingIsReported() => await Reported("FF0003 (section.Dispose())", """
        int M(Fence fence)
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            ReadOnlySpan<byte> name = section.View.DriverName(fence);
            section.Dispose();
            return name[0];
        }
        """);

    [Fact]
    public async Task ACopyOfASectionThatIsDisposedOfIsReported() => await Reported("FF0003 (copy.Dispose())", """
        void M()
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            AccessSection copy = section;
            copy.Dispose();
        }
        """);

    [Fact]
    public async Task SomebodyElsesSectionDisposedOfIsReported() =>
        await Reported("FF0003 (section.Dispose())", "void M(AccessSection section) => section.Dispose();");

    [Fact]
    public async Task ASectionDisposedOfThroughAGenericMethodIsReported() => await Reported(
        "FF0003 (End(section)): 'End' may dispose of the access section that it is given", """
        static void End<T>(T resource) where T : IDisposable, allows ref struct => resource.Dispose();

        int M(Fence fence)
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            ReadOnlySpan<byte> name = section.View.DriverName(fence);
            End(section);
            return name[0];
        }
        """);

    [Fact]
    public async Task ASectionDisposedOfThroughAGenericTypeIsReported() => await Reported(
        "FF0003 (new Owner<AccessSection>(section)): 'Owner' may dispose of", """
        ref struct Owner<T>(T resource) where T : IDisposable, allows ref struct
        {
            T _resource = resource;
            public void End() => _resource.Dispose();
        }

        void M()
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            new Owner<AccessSection>(section).End();
        }
        """);

    [Fact]
    public async Task AGenericMethodThatCannotDisposeIsNotReported() => await Clean("""
        static void Look<T>(T value) where T : allows ref struct { }

        void M()
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            Look(section);
            Look(section.View);
        }
        """);

    [Theory]
    [InlineData("default(AccessView).DriverName(fence)", "FF0004 (default(AccessView)): An AccessView made by 'default'")]
    [InlineData("new AccessView().DriverName(fence)", "FF0004 (new AccessView())")]
    [InlineData("default(AccessSection).View.DriverName(fence)", "FF0004 (default(AccessSection))")]
    [InlineData("Take(default, fence)", "FF0004 (default)")]
    public async Task AViewWithoutASectionIsReported(string expression, string finding) => await Reported(finding, $$"""
        static ReadOnlySpan<byte> Take(AccessView view, Fence fence) => view.DriverName(fence);

        int M(Fence fence) => {{expression}}.Length;
        """);

    [Theory]
    [InlineData("AccessToken _token; void M() { using var s = AccessSection.Begin(ref _token); }", "FF0005 (_token): '_token' keeps an access token outside")]
    [InlineData("static AccessToken s_token;", "FF0005 (s_token)")]
    [InlineData("AccessToken Token { get; set; }", "FF0005 (Token)")]
    [InlineData("ref struct R { static AccessToken s_token; }", "FF0005 (s_token)")]
    [InlineData("void M() { _ = new AccessToken[1].Length; }", "FF0005 (new AccessToken[1]): An array")]
    [InlineData("void M() { AccessToken t = default; using var s = AccessSection.Begin(ref t); t = default; }", "FF0005 (t): 't' is copied or assigned to")]
    [InlineData("void M() { AccessToken t = default; AccessToken u = t; }", "FF0005 (t): 't' is copied or assigned to")]
    [InlineData("Action M() { AccessToken t = default; return () => AccessSection.Begin(ref t).Dispose(); }", "FF0005 (t): 't' is captured")]
    public async Task ATokenThatIsMoreThanALocalIsReported(string members, string finding) => await Reported(finding, members);

    [Fact]
    public async Task ATokenOfALambdaOrARefStructIsNotReported() => await Clean("""
        ref struct Reader
        {
            AccessToken _token;

            public bool Look(Fence fence)
            {
                using AccessSection section = AccessSection.Begin(ref _token);
                return section.View.IsPending(fence);
            }
        }

        Action M() => () =>
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
        };
        """);

    private static async Task Clean(string members) => Assert.Empty(await Snippet.FindingsOf($"unsafe class C {{ {members} }}"));

    private static Task Reported(string finding, string members) => Reported([finding], members);

    private static async Task Reported(string[] expected, string members)
    {
        string[] findings = await Snippet.FindingsOf($"unsafe class C {{ {members} }}");
        Assert.True(
            findings.Length == expected.Length && expected.Zip(findings).All(pair => pair.Second.StartsWith(pair.First, StringComparison.Ordinal)),
            $"expected {string.Join("; ", expected)}, found: {string.Join("; ", findings)}");
    }
}
