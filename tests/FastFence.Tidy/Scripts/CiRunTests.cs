using System.Diagnostics;
using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Scripts;

/// <summary>.ci/run decides what is good, so its own judgements are tried on what they must refuse.</summary>
public class CiRunTests
{
    // The runner's summary, as it prints it when a module dies of an access fault.
    private const string Crashed = "Test run summary: Failed!\n  error: 1\n\n  total: 5\n  failed: 0\n  succeeded: 5\n  skipped: 0\n";
    private const string Good = "Test run summary: Passed!\n  total: 9\n  failed: 0\n  succeeded: 7\n  skipped: 2\n";
    private const string Empty = "Test run summary: Zero tests ran\n  total: 0\n  failed: 0\n  succeeded: 0\n  skipped: 0\n";

    [Theory]
    [InlineData(Good, 0, "7 0 2")]
    [InlineData("  failed: 3\n" + Good, 0, "7 0 2")]
    [InlineData(Good, 2, "7 1 2")]
    [InlineData(Crashed, 7, "5 1 0")]
    [InlineData(Empty, 0, "0 1 0")]
    [InlineData("build error\n", 1, "0 1 0")]
    public void TestsAreCountedFromTheSummaryAndACrashIsAFailure(string log, int rc, string counts) =>
        Assert.Equal((0, counts), Bash($"count_tests <(printf '%s' \"$1\") {rc}", log));

    [Fact]
    public void WhatFailedIsSaidOnceMoreAtTheEnd()
    {
        const string log = "Running tests from a.dll\nskipped One\n  because\nfailed Two (3s)\n  Expected: 1\npassed Three\n  quiet\n"
            + "/x/b.dll (net10.0|x64) failed with 1 error(s)\n  Exit code: 134\n" + Crashed;
        const string said = "failed Two (3s)\n  Expected: 1\n/x/b.dll (net10.0|x64) failed with 1 error(s)\n  Exit code: 134";
        Assert.Equal((0, said), Bash("failed_tests <(printf '%s' \"$1\")", log));
        var (_, output) = Bash("scratch=$(mktemp -d); failed_tests <(printf '%s' \"$1\") >$scratch/failures; step a false >/dev/null; finish", log);
        Assert.Contains("=== what failed\n" + said + "\n--- a: FAILED, exit code 1 (0 s)\n\n0 passed, 1 failed", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"violations\":0,\"live_at_end\":0}", true)]
    [InlineData("{\n  \"violations\": [],\n  \"live_at_end\": 0\n}", true)]
    [InlineData("{\"violations\":1,\"live_at_end\":0}", false)]
    [InlineData("{\"violations\":0,\"live_at_end\":-1}", false)]
    [InlineData("{\"violations\":0}", false)]
    [InlineData("{\"violations\":0,\"live_at_end\":0,\"second\":{\"violations\":2}}", false)]
    [InlineData("{\n  \"violations\": [\n    \"late\"\n  ],\n  \"live_at_end\": 0\n}", false)]
    [InlineData("", false)]
    public void OnlyAReportWithoutViolationsAndLeftoversIsQuiet(string report, bool quiet) =>
        Assert.Equal(quiet ? 0 : 1, Bash("t=$(mktemp); printf '%s' \"$1\" >$t; quiet_report $t; rc=$?; rm $t; exit $rc", report).ExitCode);

    [Theory]
    [InlineData("Grace period, whole\nA callback on a fence that has many\nAn idle ring\nBytes of a context\ncreate with many fences in flight\n", 0)]
    [InlineData("Grace period, whole\nA callback on a fence that has many\nBytes of a context\ncreate with many fences in flight\n", 1)]
    [InlineData("", 1)]
    public void AGrowthTableThatMissesASubjectIsRefused(string log, int exitCode) =>
        Assert.Equal(exitCode, Bash("t=$(mktemp); printf '%s' \"$1\" >$t; growth_table $t; rc=$?; rm $t; exit $rc", log).ExitCode);

    [Theory]
    [InlineData("", 0)]
    [InlineData("/^grace period/d", 1)]
    [InlineData("s/^wake: .*/wake: a: absent: needs two usable cores/", 1)]
    [InlineData("d", 1)]
    public void ALatencyTableWhoseGroupDidNotRunIsRefused(string edit, int exitCode)
    {
        const string log = "hand-over: a: ran in batches\nwake: a: ran in batches\nawaiting: a: absent: why\nawaiting: b: ran in batches\ncallbacks: a: ran in batches\n"
            + "scaling: a: ran in batches\ncontention: a: ran in batches\ngrace period: a: ran in batches\nreclamation: a: ran in batches\nend to end: a: ran in batches\n";
        Assert.Equal(exitCode, Bash($"t=$(mktemp); printf '%s' \"$1\" | sed '{edit}' >$t; latency_table $t; rc=$?; rm $t; exit $rc", log).ExitCode);
    }

    [Fact]
    public void OnlyMarkedShellBlocksOfAPageAreRun()
    {
        const string page = "```sh\nno\n```\n<!-- ci:run -->\n\n```sh\n# why\n$ one\ntwo -- x\n```\n<!-- ci:run -->\ntext\n```sh\nno\n```\n";
        Assert.Equal((0, "one\ntwo -- x"), Bash("readme_lines <(printf '%s' \"$1\")", page));
    }

    [Fact]
    public void AStepThatFailsIsCountedAndFailsTheRun()
    {
        var (exitCode, output) = Bash("step a true; step b false; step c bash -c 'exit 77'; skip d because; finish", "");
        Assert.EndsWith("\n1 passed, 1 failed, 2 skipped", output, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    private static (int ExitCode, string Output) Bash(string command, string argument)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "there is no /bin/bash here");
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $". .ci/run; {command}", "bash", argument])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        var output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        return (bash.ExitCode, output.TrimEnd('\n'));
    }
}
