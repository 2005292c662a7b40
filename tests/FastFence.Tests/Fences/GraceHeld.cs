using FastFence.Reclamation;

namespace FastFence.Tests.Fences;

/// <summary>Holds all grace periods up: what is released meanwhile stays as it was. By another thread's section, so that the caller's own word is left alone.</summary>
internal static class GraceHeld
{
    public static void While(Action action)
    {
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim done = new();
        Thread holder = new(() =>
        {
            Section.Enter();
            inside.Set();
            done.Wait();
            Section.Exit();
        })
        { IsBackground = true };
        holder.Start();
        inside.Wait();
        try
        {
            action();
        }
        finally
        {
            done.Set();
            holder.Join();
        }
    }
}
