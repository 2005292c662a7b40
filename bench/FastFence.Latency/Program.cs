return FastFence.Latency.Cli.CommandLine.Invoke(args);
