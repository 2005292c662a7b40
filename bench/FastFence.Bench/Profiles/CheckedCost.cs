// What checked mode costs while it is on. The switch is a process's, so two processes stand ready, one without and one with it, and take
// turns: block by block each does the same operation, and the ratio is formed within the block.
using System.Diagnostics;
using System.Globalization;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Profiles;

/// <summary>The parent that asks, and the child that does.</summary>
internal static unsafe class CheckedCost
{
    private const int BlockMilliseconds = 20;
    private const int Batch = 200;

    private static readonly (string Name, Action<Timeline, Fence> Do)[] s_operations =
    [
        ("section enter + exit", static (_, _) => Enter()),
        ("section + driver name", static (_, fence) => ReadName(fence)),
        ("create + signal + release", static (lives, _) => Live(lives)),
        ("acquire + release", static (_, fence) => Hold(fence)),
        ("add + remove callback", static (_, fence) => Register(fence)),
    ];

    /// <summary>Prints one line an operation: best ns without and with, median of the paired ratios.</summary>
    public static int Run(int blocks, TextWriter output)
    {
        using Process off = Start("0");
        using Process on = Start("1");
        output.WriteLine($"{"operation",-28} {"off ns",8} {"on ns",8} {"on / off",9}   (median of {blocks} paired blocks)");
        for (int i = 0; i < s_operations.Length; i++)
        {
            double[] offs = new double[blocks];
            double[] ons = new double[blocks];
            for (int b = 0; b < blocks; b++)
            {
                offs[b] = Ask(off, i);
                ons[b] = Ask(on, i);
            }

            double ratio = offs.Zip(ons, static (a, b) => b / a).Order().ElementAt(blocks / 2);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{s_operations[i].Name,-28} {offs.Min(),8:0.0} {ons.Min(),8:0.0} {ratio,9:0.00}"));
        }

        off.StandardInput.Close();
        on.StandardInput.Close();
        off.WaitForExit();
        on.WaitForExit();
        return off.ExitCode | on.ExitCode;
    }

    /// <summary>The child: an operation's number on each line in, the best time of one on each line out.</summary>
    public static int Serve(bool isChecked, TextReader orders, TextWriter answers)
    {
        if (CheckedMode.IsOn != isChecked)
        {
            throw new InvalidOperationException($"Checked mode is {(CheckedMode.IsOn ? "on" : "off")} in this process.");
        }

        using BenchEngine bench = new();
        using FenceSource pending = bench.Timeline.CreateFence();
        Timeline lives = bench.NewTimeline();
        Fence fence = pending.Fence;
        for (int i = 0; i < 5 * s_operations.Length; i++)
        {
            Measure(lives, fence, i % s_operations.Length); // until the JIT has compiled for good
        }

        while (orders.ReadLine() is { } order)
        {
            answers.WriteLine(Measure(lives, fence, int.Parse(order, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
            answers.Flush();
        }

        return CheckedMode.MisuseCount == 0 ? 0 : 1;
    }

    private static double Measure(Timeline lives, Fence fence, int operation)
    {
        Action<Timeline, Fence> action = s_operations[operation].Do;
        long best = long.MaxValue;
        long end = Stopwatch.GetTimestamp() + (BlockMilliseconds * Stopwatch.Frequency / 1000);
        while (Stopwatch.GetTimestamp() < end)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < Batch; i++)
            {
                action(lives, fence);
            }

            best = Math.Min(best, Stopwatch.GetTimestamp() - begin);
        }

        return best * 1e9 / Stopwatch.Frequency / Batch;
    }

    private static void Enter()
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
    }

    private static void ReadName(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        Sink.Sum += section.View.DriverName(fence).Length;
    }

    private static void Live(Timeline timeline)
    {
        timeline.TryCreateFence(out FenceSource source);
        source.Signal();
        source.Dispose();
    }

    private static void Hold(Fence fence)
    {
        fence.TryAcquire(out FenceRef held);
        held.Dispose();
    }

    private static void Register(Fence fence)
    {
        fence.AddCallback(&Nothing, 0, out CallbackRegistration registration);
        registration.Remove();
    }

    private static void Nothing(Fence fence, nint state)
    {
    }

    private static Process Start(string setting)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CheckedCost).Assembly.Location);
        }

        start.ArgumentList.Add("checked");
        start.ArgumentList.Add("--serve");
        start.ArgumentList.Add(setting);
        start.Environment[CheckedMode.Variable] = setting;
        return Process.Start(start)!;
    }

    private static double Ask(Process process, int operation)
    {
        process.StandardInput.WriteLine(operation.ToString(CultureInfo.InvariantCulture));
        process.StandardInput.Flush();
        return double.Parse(
            process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The measured process has ended."), CultureInfo.InvariantCulture);
    }
}
