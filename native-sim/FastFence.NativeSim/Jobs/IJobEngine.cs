namespace FastFence.NativeSim.Jobs;

/// <summary>What a schedule asks of its engine. The engine's thread.</summary>
internal interface IJobEngine
{
    /// <summary>Now, ns.</summary>
    long Now { get; }

    /// <summary>Does it hang, or is it gone? Then no job begins and none ends.</summary>
    bool Stands { get; }

    /// <summary>How long a job takes. Asked once a job, and then the job begins.</summary>
    long NanosecondsOf(in RingCommand command);

    /// <summary>Is a ring past a value?</summary>
    bool HasReached(ulong context, ulong value);

    /// <summary>A job that takes time has begun, or goes on.</summary>
    void Begun(JobStream stream);

    /// <summary>Does what the command says, at its end.</summary>
    void Execute(in RingCommand command);

    /// <summary>So many jobs more are finished: report them.</summary>
    void Complete(JobStream stream, int jobs, long now);
}
