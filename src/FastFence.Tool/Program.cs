using FastFence.Tool.Cli;

return CommandLine.Invoke(args, Streams.OfProcess(), Verbs.Built);
