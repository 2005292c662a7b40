using System.Text.Json;
using FastFence.Tool.Conversions;
using Xunit;

namespace FastFence.Tests.Telemetry;

public sealed class ChromeTraceTests
{
    [Fact]
    public void AFenceIsOneSliceWithItsNamesAndWholeNumbers()
    {
        using MemoryStream stream = new();
        TraceFile.Write(SampleTrace.Build(), TraceFormat.Chrome, stream);
        using JsonDocument json = JsonDocument.Parse(stream.ToArray());
        JsonElement[] events = [.. json.RootElement.GetProperty("traceEvents").EnumerateArray()];
        JsonElement end = Assert.Single(events, static e => Phase(e) == "e" && Id(e) == "30064771114:12884901893");
        JsonElement begin = Assert.Single(events, static e => Phase(e) == "b" && Id(e) == "30064771114:12884901893");
        Assert.Equal(begin.GetProperty("name").GetString(), end.GetProperty("name").GetString());
        Assert.Equal(begin.GetProperty("cat").GetString(), end.GetProperty("cat").GetString());
        Assert.Equal("12884901893", end.GetProperty("args").GetProperty("seqno").GetString());
        Assert.Equal("amdgpu", end.GetProperty("args").GetProperty("driver").GetString());
        Assert.Equal("3001000.000", end.GetProperty("ts").GetRawText());
        Assert.Contains(events, static e => Phase(e) == "e" && e.GetProperty("args").TryGetProperty("error", out JsonElement error) && error.GetInt32() == -125);
        Assert.Contains(events, static e => Phase(e) == "M" && e.GetProperty("args").GetProperty("name").GetString() == "poller");
    }

    private static string? Phase(JsonElement e) => e.GetProperty("ph").GetString();

    private static string? Id(JsonElement e) => e.TryGetProperty("id", out JsonElement id) ? id.GetString() : null;
}
