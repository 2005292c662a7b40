using Xunit;

namespace FastFence.Checked;

/// <summary>C5: names and private data are asked for inside a section only.</summary>
public sealed class QueryTests : MisuseTest
{
    private delegate void Query(AccessView view, Fence fence);

    public static TheoryData<string, Form> Queries => new MatrixTheoryData<string, Form>(
        ["driver", "timeline", "data", "pending", "describe"], [Form.Event, Form.Exception]);

    [Theory]
    [MemberData(nameof(Queries))]
    public void AQueryOutsideEverySectionIsReported(string what, Form form)
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        Reported(MisuseKind.QueryOutsideSection, form, () => Of(what)(default, fence));
    }

    [Theory]
    [InlineData(Form.Event)]
    [InlineData(Form.Exception)]
    public void AQueryThroughASectionThatWasClosedIsReported(Form form)
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        Reported(MisuseKind.QueryOutsideSection, form, () =>
        {
            AccessToken token = default;
            AccessSection section = AccessSection.Begin(ref token);
            section.Dispose();
            _ = section.View.DriverName(fence).Length;
        });
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void TheSameQueryInsideASectionIsNot(string what, Form form)
    {
        Assert.True(Enum.IsDefined(form));
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        NotReported(() =>
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            Of(what)(section.View, fence);
            Ask ask = new() { Fence = fence, Query = Of(what) };
            Access.Run(ref ask); // nested
            Of(what)(section.View, fence);
        });
    }

    [Fact]
    public void AnOnlineReaderIsAlwaysInsideAndIsNot()
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        NotReported(() => OnThread("online", () =>
        {
            using OnlineReader reader = OnlineReader.Register();
            _ = default(AccessView).DriverName(fence).Length;
            reader.ReportQuiescentState();
        }));
    }

    [Fact]
    public void AnOnlineReaderThatIsOfflineIsReported()
    {
        using FenceSource source = Timeline.CreateFence();
        Fence fence = source.Fence;
        OnThread("offline", () =>
        {
            using OnlineReader reader = OnlineReader.Register();
            reader.GoOffline();
            _ = default(AccessView).DriverName(fence).Length;
        });
        MisuseEventArgs found = Assert.Single(Found());
        Assert.Equal((MisuseKind.QueryOutsideSection, "offline"), (found.Kind, found.ThreadName));
    }

    private static Query Of(string what) => what switch
    {
        "driver" => static (view, fence) => _ = view.DriverName(fence).Length,
        "timeline" => static (view, fence) => _ = view.TimelineName(fence).Length,
        "data" => static (view, fence) => _ = view.PrivateData<int>(fence).Length,
        "pending" => static (view, fence) => _ = view.IsPending(fence),
        _ => static (view, fence) => _ = view.Describe(fence, stackalloc byte[100]),
    };

    private struct Ask : IAccessAction
    {
        public Fence Fence;
        public Query Query;

        public readonly void Invoke(scoped AccessView view) => Query(view, Fence);
    }
}
