using System.Globalization;
using FastFence.Tool.Attaching;

namespace FastFence.Tests.Attaching;

/// <summary>A machine with processes of our choice, as files.</summary>
internal sealed class FakeMachine : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fastfence-").FullName;
    private readonly string _proc;
    private readonly string _ports;

    /// <summary>A machine on which we run as a user.</summary>
    public FakeMachine(int user = 1000)
    {
        _proc = Directory.CreateDirectory(Path.Combine(_root, "proc")).FullName;
        _ports = Directory.CreateDirectory(Path.Combine(_root, "ports")).FullName;
        Add("self", 1, "fastfence", user, 'R', 1, []);
    }

    /// <summary>What the tool sees of it.</summary>
    public ProcessTable Table => new(_proc, _ports);

    /// <summary>Adds a process; its socket carries <paramref name="portStart"/> as start time.</summary>
    public FakeMachine With(int id, string name = "dotnet", int user = 1000, char state = 'S', int? portStart = 777, bool engine = true)
    {
        Add(id.ToString(CultureInfo.InvariantCulture), id, name, user, state, 777, engine ? [name, "FastFence recla"] : [name, ".NET Finalizer"]);
        if (portStart is int start)
        {
            File.WriteAllText(Path.Combine(_ports, $"dotnet-diagnostic-{id}-{start}-socket"), string.Empty);
        }

        return this;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Add(string folder, int id, string name, int user, char state, int start, string[] threads)
    {
        string path = Directory.CreateDirectory(Path.Combine(_proc, folder)).FullName;
        string between = string.Join(' ', Enumerable.Repeat("0", 18));
        File.WriteAllText(Path.Combine(path, "stat"), $"{id} ({name}) {state} {between} {start} 0 0\n");
        File.WriteAllText(Path.Combine(path, "status"), $"Name:\t{name}\nUid:\t{user}\t{user}\t{user}\t{user}\nGid:\t0\t0\t0\t0\n");
        for (int i = 0; i < threads.Length; i++)
        {
            string thread = Directory.CreateDirectory(Path.Combine(path, "task", $"{id + i}")).FullName;
            File.WriteAllText(Path.Combine(thread, "comm"), threads[i] + "\n");
        }
    }
}
