using FastFence.Tool.Cli;

namespace FastFence.Tool.Demos;

/// <summary>The bound on the process's thread pool; what it was before comes back at the end.</summary>
internal sealed class PoolLimit : IDisposable
{
    private readonly (int Workers, int Ports) _least;
    private readonly (int Workers, int Ports) _most;

    private PoolLimit()
    {
        ThreadPool.GetMinThreads(out _least.Workers, out _least.Ports);
        ThreadPool.GetMaxThreads(out _most.Workers, out _most.Ports);
    }

    /// <summary>Bounds the pool as the options say.</summary>
    /// <exception cref="IOException">The runtime refused, as where its configuration fixes other bounds.</exception>
    internal static PoolLimit Set(AwaitDemoOptions options)
    {
        PoolLimit limit = new();
        int threads = options.Break == AwaitDemoBreak.MoreThreads ? options.PoolThreads + 4 : options.PoolThreads;
        int least = options.Break == AwaitDemoBreak.MoreThreads ? threads : Math.Min(threads, limit._least.Workers);

        // The least first: the most may not lie below it.
        if (!ThreadPool.SetMinThreads(least, 1) || !ThreadPool.SetMaxThreads(threads, Math.Max(1, threads)))
        {
            limit.Dispose();
            throw new IOException(
                $"The runtime refused to limit its thread pool to {threads} threads. Are DOTNET_ThreadPool_* variables set? Unset them.");
        }

        return limit;
    }

    public void Dispose()
    {
        ThreadPool.SetMaxThreads(_most.Workers, _most.Ports);
        ThreadPool.SetMinThreads(_least.Workers, _least.Ports);
    }
}
