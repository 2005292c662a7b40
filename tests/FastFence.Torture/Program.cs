using FastFence.Tool.Cli;
using FastFence.Torture.Cli;

return TortureCommandLine.Invoke(args, Streams.OfProcess());
