using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>What people read.</summary>
public class ReportTableTests
{
    [Fact]
    public void RedirectedTheTableIsPlainLines()
    {
        string text = Write(Samples.Replay());
        Assert.All(text.Replace("µ", "", StringComparison.Ordinal), static c => Assert.True(c is '\n' or (>= ' ' and <= '~'), $"U+{(int)c:X4}"));
        Assert.Contains("| 0 amdgpu/gfx |", text, StringComparison.Ordinal);
        Assert.Contains("5,123,456", text, StringComparison.Ordinal);
        Assert.Contains("12.3 µs", text, StringComparison.Ordinal);
        Assert.Contains("ok: no violations", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesWithBracketsAreNoMarkup()
    {
        ReplayReport report = Samples.Replay();
        report.Contexts = [new ContextReport(1, "[red]", "[/]", 1, 0, 0, 0)];
        Assert.Contains("1 [/]/[red]", Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void AViolationIsNamedAndTheVerdictFails()
    {
        RunReport report = Samples.Run();
        report.AddViolations("wrong-name", 2);
        report.LiveAtEnd = 3;
        string text = Write(report);
        Assert.Contains("violation: wrong-name: 2\n", text, StringComparison.Ordinal);
        Assert.EndsWith("FAILED: 2 violations, 3 live and 0 in limbo at end\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(999, "999 ns")]
    [InlineData(1_000, "1.00 µs")]
    [InlineData(12_345, "12.3 µs")]
    [InlineData(999_499, "999 µs")]
    [InlineData(999_500, "1.00 ms")]
    [InlineData(4_560_000, "4.56 ms")]
    [InlineData(1_200_000_000, "1.20 s")]
    [InlineData(-12_345, "-12.3 µs")]
    public void ATimeIsReadableAtThreeDigits(long ns, string expected) => Assert.Equal(expected, Units.Time(ns));

    [Fact]
    public void RedirectedTheProgressIsALineASecond()
    {
        using StringWriter writer = new();
        ProgressLine progress = new(writer, isTerminal: false);
        progress.Print(new SecondSample(1, 1_234_567, 2, 3, 4, 5, 6));
        progress.Print(new SecondSample(2, 1, 2, 3, 4, 5, 6));
        progress.Finish();
        string[] lines = writer.ToString().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("1,234,567 fences/s", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\r', writer.ToString());
    }

    [Fact]
    public void OnATerminalTheProgressOverwritesItselfAndNeverWraps()
    {
        using StringWriter writer = new();
        ProgressLine progress = new(writer, isTerminal: true, width: 40);
        progress.Print(new SecondSample(1, 1_234_567, 2, 3, 4, 5, 6));
        progress.Finish();
        Assert.StartsWith("\r", writer.ToString(), StringComparison.Ordinal);
        Assert.Equal("\r".Length + 39 + "\n".Length, writer.ToString().Length);
    }

    [Fact]
    public void TheProgressLineItselfAllocatesNothingOnceWarm()
    {
        ProgressLine progress = new(TextWriter.Null, isTerminal: false);
        progress.Print(new SecondSample(1, 1, 2, 3, 4, 5, 6));
        long warm = progress.AllocatedBytes;
        for (int i = 2; i < 100; i++)
        {
            progress.Print(new SecondSample(i, i * 1000, 2, 3, 4, 5, 6));
        }

        Assert.Equal(warm, progress.AllocatedBytes);
    }

    [Fact]
    public void TheLongestProgressLineFits()
    {
        using StringWriter writer = new();
        const long Most = long.MaxValue;
        new ProgressLine(writer, isTerminal: false).Print(new SecondSample(int.MaxValue, Most, Most, Most, Most, Most, Most));
        Assert.EndsWith("9,223,372,036,854,775,807 live\n", writer.ToString(), StringComparison.Ordinal);
    }

    private static string Write(Report report)
    {
        using StringWriter writer = new() { NewLine = "\n" };
        ReportTable.Write(report, writer, isTerminal: false);
        return writer.ToString();
    }
}
