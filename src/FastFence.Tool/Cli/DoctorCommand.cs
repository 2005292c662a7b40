using FastFence.Tool.Diagnoses;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>doctor</c>.</summary>
internal static class DoctorCommand
{
    /// <summary>Does it, prints and writes through <paramref name="output"/>, and gives the exit code.</summary>
    /// <remarks>Too short to be stopped half-way: <paramref name="stop"/> is not looked at.</remarks>
    internal static int Execute(DoctorOptions options, ReportOutput output, CancellationToken stop)
    {
        Diagnosis diagnosis = Diagnosis.Make();
        FactTable.Write(diagnosis, output.Human, output.IsTerminal);
        output.WriteJson(diagnosis.ToJson());
        return diagnosis.ExitCode;
    }
}
