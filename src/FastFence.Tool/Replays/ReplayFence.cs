namespace FastFence.Tool.Replays;

/// <summary>One fence to be played.</summary>
/// <param name="Context">Index into <see cref="ReplayPlan.Contexts"/>.</param>
/// <param name="Seqno">Its seqno, which is its position on the ring.</param>
/// <param name="NopsBefore">Seqnos that the capture leaves out just before: each is emitted as a NOP.</param>
/// <param name="CreateNs">When it is emitted, in the capture's time; never after a later fence of its context.</param>
/// <param name="SignalNs">When it signaled, in the capture's time.</param>
/// <param name="Job">n: it says that job n is done; −n: it is the ring's fence of job n, and the job runs from its emission on; 0: neither.</param>
internal readonly record struct ReplayFence(int Context, ulong Seqno, int NopsBefore, long CreateNs, long SignalNs, int Job);
