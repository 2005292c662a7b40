namespace FastFence;

/// <summary>Sizes of the process's flight recorder. Address space is reserved for all of it, memory taken as it is used.</summary>
public sealed record FlightRecorderOptions
{
    /// <summary>Threads that can record; those beyond are counted and nothing of theirs is recorded.</summary>
    public int Threads { get; init; } = 64;

    /// <summary>Records (32 bytes each) that are kept of each thread; rounded up to a power of two.</summary>
    public int RecordsPerThread { get; init; } = 1 << 15;

    /// <summary>
    /// Most names of drivers and timelines (256 bytes each) while the recorder is there; at the bound new timelines are refused, since a
    /// record without its names is worth nothing (C9).
    /// </summary>
    public int Names { get; init; } = 1 << 16;

    /// <summary>A file to keep the records in, so that they outlive a crash of the process; null: memory. It is allocated as a whole.</summary>
    public string? File { get; init; }

    internal void Validate()
    {
        Check(Threads, 1, 4096, nameof(Threads));
        Check(RecordsPerThread, 16, 1 << 24, nameof(RecordsPerThread));
        Check(Names, 16, 1 << 21, nameof(Names));
    }

    private static void Check(int value, int least, int most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} takes {least} to {most}.");
        }
    }
}
