using FastFence.Tests.Tool;
using FastFence.Tool.Cli;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary><c>fastfence convert</c> from its command line.</summary>
public sealed class ConvertTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData("trace.pftrace")]
    [InlineData("trace.dat")]
    [InlineData("trace.json")]
    [InlineData("trace.CSV")]
    public void TheEndingSaysTheFormat(string name)
    {
        Assert.Equal(ExitCodes.Ok, Convert(name));
        Assert.NotEqual(0, new FileInfo(Path.Combine(_folder, name)).Length);
        Assert.Contains("contexts", _out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trace.xml")]
    [InlineData("trace")]
    public void AnUnknownEndingIsRefusedBeforeAnythingIsWritten(string name)
    {
        Assert.Equal(ExitCodes.Usage, Convert(name));
        Assert.Contains(".pftrace", _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, name)));
    }

    [Fact]
    public void AFileThatCannotBeWrittenIsNamedAndNothingIsLeft()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "taken.dat"));
        Assert.Equal(ExitCodes.Machine, Convert("taken.dat"));
        Assert.Contains("taken.dat", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Machine, Convert(Path.Combine("nowhere", "trace.dat")));
        Assert.Empty(Directory.GetFiles(_folder, "*.part"));
    }

    private int Convert(string name)
    {
        string capture = Path.Combine(_folder, CaptureText.Path);
        File.WriteAllText(capture, CaptureText.Events(CaptureText.EventRows));
        return CommandLine.Invoke(["convert", capture, "-o", Path.Combine(_folder, name)], new Streams(_out, _error, false, false, 80), Verbs.Built);
    }
}
