using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>Exit codes of <c>fastfence</c>. SIGINT and SIGTERM end a run early and are no failure: the code is the report's.</summary>
internal static class ExitCodes
{
    /// <summary>Done: no violations, nothing lost.</summary>
    internal const int Ok = 0;

    /// <summary>Bad usage or bad input; nothing was started.</summary>
    internal const int Usage = 1;

    /// <summary>Violations were found, or fences were lost.</summary>
    internal const int Violations = 2;

    /// <summary>This machine lacks something that is needed, or refused it.</summary>
    internal const int Machine = 3;

    /// <summary>A fault of the tool itself (the number is EX_SOFTWARE of sysexits.h).</summary>
    internal const int Internal = 70;

    /// <summary>What <c>--help</c> prints.</summary>
    internal const string Table = """
        Exit codes:
          0   ok: no violations, nothing lost (also when stopped by Ctrl-C or SIGTERM)
          1   bad usage or bad input; nothing was started
          2   violations found, or fences lost
          3   this machine lacks something needed, or refused it
          70  a fault of the tool itself
        """;

    /// <summary>The code that goes with a report.</summary>
    internal static int For(Report report) => report.IsClean ? Ok : Violations;
}
