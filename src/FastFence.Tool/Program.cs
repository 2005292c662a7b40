using FastFence.Tool.Cli;
using FastFence.Tool.Pauses;

return args is [WordWriter.Verb, _, _, _, _] ? WordWriter.Run(args) : CommandLine.Invoke(args, Streams.OfProcess(), Verbs.Built);
