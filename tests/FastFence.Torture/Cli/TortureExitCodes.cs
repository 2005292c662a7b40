namespace FastFence.Torture.Cli;

/// <summary>Exit codes. Bad usage is 64, since 1 is a verdict of <c>litmus</c>.</summary>
internal static class TortureExitCodes
{
    /// <summary>Torture: nothing violated, everything given back. Litmus: pass.</summary>
    internal const int Ok = 0;

    /// <summary>Litmus: the engine's own order was seen violated.</summary>
    internal const int LitmusViolation = 1;

    /// <summary>Torture: violations, or something was left. Litmus: inconclusive.</summary>
    internal const int Violations = 2;

    /// <summary>Litmus: inconclusive.</summary>
    internal const int LitmusInconclusive = 2;

    /// <summary>Litmus: unsupported. Torture: the machine refused something.</summary>
    internal const int Unsupported = 3;

    /// <summary>Torture: a workload made no round, so that its silence proves nothing.</summary>
    internal const int Inconclusive = 4;

    /// <summary>Bad usage (EX_USAGE of sysexits.h); nothing was started.</summary>
    internal const int Usage = 64;

    /// <summary>A fault of this program (EX_SOFTWARE).</summary>
    internal const int Internal = 70;

    /// <summary>What <c>--help</c> prints.</summary>
    internal const string Table = """
        Exit codes of a torture run:
          0   no violations, nothing left alive, limbo bounded
          2   violations, or something was left alive (what --unsafe must end with)
          3   this machine refused something that is needed
          4   inconclusive: a workload made no round
        Exit codes of litmus:
          0 pass   1 violation   2 inconclusive   3 unsupported
        Exit codes of both:
          64  bad usage; nothing was started
          70  a fault of this program
        """;
}
