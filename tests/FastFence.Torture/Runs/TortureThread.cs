using System.Diagnostics.CodeAnalysis;
using FastFence.Platform;

namespace FastFence.Torture.Runs;

/// <summary>One thread of a workload. What it throws is a violation, not the end of the run.</summary>
internal sealed class TortureThread
{
    private readonly Thread _thread;

    internal TortureThread(Workload workload, int number, Action body, Ledger ledger)
    {
        Workload = workload.Entry.Name;
        Name = $"{Workload} {number}";
        _thread = new Thread(() => Guard(body, ledger)) { Name = Name, IsBackground = true };
    }

    internal string Name { get; }

    internal string Workload { get; }

    internal int ThreadId { get; private set; }

    internal void Start() => _thread.Start();

    internal bool Join(TimeSpan limit) => _thread.Join(limit);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it is a finding.")]
    private void Guard(Action body, Ledger ledger)
    {
        ThreadId = CurrentThread.Id;
        try
        {
            body();
        }
        catch (Exception e)
        {
            ledger.Report(RunKinds.ThreadThrew, Workload, e.ToString());
        }
    }
}
