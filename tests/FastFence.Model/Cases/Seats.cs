using System.Runtime.CompilerServices;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Waiting;

namespace FastFence.Model.Cases;

/// <summary>A thread waits at the seat for ended awaits and leaves it, while another one gives it something.</summary>
internal sealed class SeatGiven : ModelCase
{
    private bool _given;
    private bool _taken;

    public override string Title => "sit, take or leave; give";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SEAT-GIVE", WeakenKind.Relaxed),
        new("SEAT-TAKE", WeakenKind.Relaxed),
        new("SEAT-LEAVE", WeakenKind.Torn),
    ];

    private static ref uint Seat => ref Unsafe.As<ulong, uint>(ref World.Word(1));

    // What the source says: written before it is given, read once it is taken.
    private static ref ulong Result => ref World.Word(0);

    public override void SetUp() => Result = 0;

    public override void Begin() => (_given, _taken) = (false, false);

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Explorer.Run.Current.WriteData(ref Result, 1);
            _given = AwaitSeat.TryGive(ref Seat, 7);
            return;
        }

        if (!AwaitSeat.TrySit(ref Seat))
        {
            return;
        }

        _taken = AwaitSeat.TryTake(ref Seat, out int number) || (!AwaitSeat.TryLeave(ref Seat) && AwaitSeat.TryTake(ref Seat, out number));
        if (_taken)
        {
            Require(number == 7, $"what was taken is {number}");
            Explorer.Run.Current.ReadData(ref Result);
        }
    }

    public override void End() => Require(_given == _taken, _given ? "what was given is taken by nobody" : "something was taken that nobody gave");
}
