using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The parent of the demos: <c>demo NAME</c>.</summary>
internal sealed class DemoVerb
{
    internal const string Examples = """
          fastfence demo await                                10 000 awaits at once on 4 pool threads, 100 rounds
          fastfence demo signals                              a million signals, nobody asleep: no system call
          fastfence demo jobs                                 jobs that wait for each other go out while the host collects
          fastfence demo takeover                             20 native pollers stop dead while a device goes on
          fastfence demo isolation                            how late fences are while the host collects, by where the device runs
          fastfence demo crash                                a process dies in a native callback: which one?
          fastfence demo unload                               1000 exporters come and go under two observers
        """;

    internal DemoVerb() => Command = new Command("demo", "Show what the engine promises, one promise a demo, and check it.");

    internal Command Command { get; }
}
