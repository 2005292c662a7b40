return FastFence.Bench.Cli.CommandLine.Invoke(args);
