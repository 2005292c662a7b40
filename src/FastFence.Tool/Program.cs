using FastFence.Tool.Cli;
using FastFence.Tool.Demos;
using FastFence.Tool.Pauses;

return args switch
{
    [WordWriter.Verb, _, _, _, _] => WordWriter.Run(args),
    [WordWatcher.Verb, _, _, _] => WordWatcher.Run(args),
    [CrashDemo.Verb, _] => CrashDemo.Run(args),
    _ => CommandLine.Invoke(args, Streams.OfProcess(), Verbs.Built),
};
