using FastFence.Memory;
using FastFence.Model.Twins;
using FastFence.Recording;

namespace FastFence.Model.Cases;

/// <summary>A thread goes into a callback, comes back, and goes into another one, while somebody reads which it is in.</summary>
internal sealed unsafe class CallsRead : ModelCase
{
    private RecordCall* _call;

    public override string Title => "callbacks begin, end, begin; read the one the thread is in";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CALL-WORDS", WeakenKind.Relaxed),
        new("CALL-READ", WeakenKind.Relaxed),
        new("CALL-IN", WeakenKind.Relaxed),
        new("CALL-LOOK", WeakenKind.Relaxed),
        new("CALL-AGAIN", WeakenKind.Repeat),
    ];

    public override void SetUp() => _call = &((RecordRing*)BlockHeap.TryAllocate((uint)sizeof(RecordRing)))->Call;

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            RecordCall.Begin(ref *_call, 1, 1, 1, 1);
            RecordCall.End(ref *_call);
            RecordCall.Begin(ref *_call, 2, 2, 2, 2);
            return;
        }

        if (RecordCall.TryRead(ref *_call, out RecordCall read))
        {
            ulong expected = (read.Turn + 1) / 2;
            Require(
                read.Function == expected && read.Context == expected && read.Seqno == expected && read.Names == expected,
                $"turn {read.Turn} reads {read.Function} {read.Context} {read.Seqno} {read.Names}");
        }
    }
}
