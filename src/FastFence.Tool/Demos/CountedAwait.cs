using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastFence.Tool.Demos;

/// <summary>
/// <c>await fence</c> that is counted where the compiler's code decides: asked whether it is complete, and handed the
/// continuation. What is handed a continuation has suspended its method.
/// </summary>
internal readonly struct CountedAwait(Fence fence, AwaitTally tally)
{
    /// <summary>What the compiler calls.</summary>
    public Awaiter GetAwaiter() => new(fence.GetAwaiter(), tally);

    /// <summary>The fence's own awaiter with a counter before it.</summary>
    internal readonly struct Awaiter(ValueTaskAwaiter<FenceStatus> inner, AwaitTally tally) : ICriticalNotifyCompletion
    {
        public bool IsCompleted
        {
            get
            {
                bool completed = inner.IsCompleted;
                if (completed)
                {
                    tally.Arrive(suspended: false);
                }

                return completed;
            }
        }

        [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "The awaiter pattern.")]
        public FenceStatus GetResult() => inner.GetResult();

        public void OnCompleted(Action continuation)
        {
            tally.Arrive(suspended: true);
            inner.OnCompleted(continuation);
        }

        public void UnsafeOnCompleted(Action continuation)
        {
            tally.Arrive(suspended: true);
            inner.UnsafeOnCompleted(continuation);
        }
    }
}
