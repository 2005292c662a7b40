// Which ring's job an engine runs. Rings of higher priority first, those of the same in turn; a ring's jobs in order. So many jobs at once as the
// engine is wide, at most one a ring: rings finish out of order, a ring never does.
//
//   ring ─► next command ─► its time has come? its value is there? ─► room, or a less urgent job is set aside ─► in flight ─► done ─► reported
//                              └ no: other rings go first                                                           └ set aside: goes on later
namespace FastFence.NativeSim.Jobs;

/// <summary>An engine's choice, for engines in this process and in one of their own. Its engine's thread only; allocates nothing but at a change of rings.</summary>
internal sealed class JobSchedule(IJobEngine engine, int width, int batchLimit)
{
    private readonly JobStream?[] _inFlight = new JobStream?[width];

    // When the place's last job ended: the next one starts then and not when that is noticed, so lateness of a thread does not add up over a queue. An idle
    // place's next job starts when it comes: long.MaxValue.
    private readonly long[] _freeAt = [.. Enumerable.Repeat(long.MaxValue, width)];
    private JobStream[] _streams = [];
    private uint _turn;
    private int _busy;

    /// <summary>When the next thing happens that no doorbell tells of; <see cref="long.MaxValue"/> = nothing.</summary>
    internal long Soonest { get; private set; }

    /// <summary>Does a ring wait for another's value?</summary>
    internal bool WaitsForValue { get; private set; }

    /// <summary>Is a job in flight?</summary>
    internal bool IsBusy => _busy != 0;

    /// <summary>These rings from now on; those that have gone are dropped from what is in flight.</summary>
    internal void Follow(IEnumerable<JobStream> streams) => _streams = [.. streams.OrderByDescending(static s => s.Priority)];

    /// <summary>The ring's job is not in flight any more.</summary>
    internal void Remove(JobStream stream)
    {
        int slot = Array.IndexOf(_inFlight, stream);
        if (slot >= 0)
        {
            Free(slot, engine.Now);
        }

        stream.Finish();
    }

    /// <summary>Ends what is over, begins what can be; false when there was nothing to do. Never blocks.</summary>
    internal bool Pass()
    {
        Soonest = long.MaxValue;
        WaitsForValue = false;
        bool worked = EndJobs();
        for (int first = 0; first < _streams.Length && !engine.Stands;)
        {
            int end = first + 1;
            while (end < _streams.Length && _streams[end].Priority == _streams[first].Priority)
            {
                end++;
            }

            for (uint i = 0; i < (uint)(end - first) && !engine.Stands; i++)
            {
                worked |= Serve(_streams[first + ((_turn + i) % (uint)(end - first))]);
            }

            first = end;
        }

        _turn++;
        for (int slot = 0; slot < _inFlight.Length && !worked; slot++)
        {
            _freeAt[slot] = _inFlight[slot] == null ? long.MaxValue : _freeAt[slot]; // idle: a job that comes later starts when it comes
        }

        return worked;
    }

    /// <summary>Has a value come for which a ring waited at the last pass?</summary>
    internal bool HasValueCome()
    {
        bool has = false;
        for (int i = 0; i < _streams.Length && WaitsForValue && !has; i++)
        {
            has = _streams[i] is { IsHolding: true, IsInFlight: false, IsLive: true } s && IsWait(s.Command) && engine.HasReached(s.Command.Argument0, s.Command.Argument1);
        }

        return has;
    }

    /// <summary>Could a job of a ring of that priority begin?</summary>
    internal bool HasRoom(int priority) => _busy < _inFlight.Length || LeastUrgent(priority) >= 0;

    internal static bool IsWait(in RingCommand command) => command.Opcode == (uint)DeviceOpcode.WaitValue;

    private bool EndJobs()
    {
        bool worked = false;
        long now = 0;
        for (int slot = 0; slot < _inFlight.Length && _busy != 0; slot++)
        {
            JobStream? stream = _inFlight[slot];
            if (stream is { IsLive: false })
            {
                Free(slot, engine.Now);
                stream.Finish();
                worked = true;
            }
            else if (stream != null && !engine.Stands)
            {
                now = now != 0 ? now : engine.Now;
                worked |= TryEnd(slot, stream, now);
            }
        }

        return worked;
    }

    private bool TryEnd(int slot, JobStream stream, long now)
    {
        if (now < stream.EndsAt)
        {
            Soonest = Math.Min(Soonest, stream.EndsAt);
            return false;
        }

        engine.Execute(stream.Command);
        Free(slot, stream.EndsAt);
        stream.Finish();
        engine.Complete(stream, 1, now);
        return true;
    }

    // Jobs without duration are completed together, up to a bound, with one report; one with a duration is put in flight.
    private bool Serve(JobStream stream)
    {
        if (stream.IsInFlight || !HasRoom(stream.Priority) || !stream.IsLive)
        {
            return false;
        }

        int finished = 0;
        long now = 0;
        while (finished < batchLimit && stream.TryNext() && IsReady(stream, ref now))
        {
            long nanoseconds = stream.Left != 0 ? stream.Left : engine.NanosecondsOf(stream.Command);
            if (nanoseconds != 0)
            {
                Begin(stream, nanoseconds, now != 0 ? now : engine.Now);
                break;
            }

            engine.Execute(stream.Command);
            stream.Finish();
            finished++;
        }

        if (finished != 0)
        {
            engine.Complete(stream, finished, engine.Now);
        }

        return finished != 0 || stream.IsInFlight;
    }

    private bool IsReady(JobStream stream, ref long now)
    {
        ref readonly RingCommand command = ref stream.Command;
        if (command.NotBeforeNanoseconds != 0)
        {
            now = now != 0 ? now : engine.Now;
            if (command.NotBeforeNanoseconds > now)
            {
                Soonest = Math.Min(Soonest, command.NotBeforeNanoseconds);
                stream.WaitedUntil = command.NotBeforeNanoseconds;
                return false;
            }
        }

        if (!IsWait(command) || engine.HasReached(command.Argument0, command.Argument1))
        {
            return true;
        }

        WaitsForValue = true;
        stream.Say(JobState.Waits, 0, command.Argument0, command.Argument1);
        return false;
    }

    private void Begin(JobStream stream, long nanoseconds, long now)
    {
        int slot = Array.IndexOf(_inFlight, null);
        bool isFirst = stream.Left == 0 && slot >= 0;
        slot = slot >= 0 ? slot : SetAside(stream.Priority, now);
        long free = stream.WaitedUntil != 0 && _freeAt[slot] == long.MaxValue ? 0 : _freeAt[slot];
        long start = isFirst ? Math.Min(now, Math.Max(free, stream.Command.NotBeforeNanoseconds)) : now;
        _inFlight[slot] = stream;
        _busy++;
        stream.Begin(start + nanoseconds);
        Soonest = Math.Min(Soonest, stream.EndsAt);
        engine.Begun(stream);
        stream.Say(JobState.Runs, engine.Stands ? 0 : stream.EndsAt);
    }

    // A place whose job is less urgent than that; -1 = none.
    private int LeastUrgent(int priority)
    {
        int least = -1;
        for (int slot = 0; slot < _inFlight.Length; slot++)
        {
            if (_inFlight[slot] is { } stream && stream.Priority < priority)
            {
                least = slot;
                priority = stream.Priority;
            }
        }

        return least;
    }

    private int SetAside(int priority, long now)
    {
        int slot = LeastUrgent(priority);
        _inFlight[slot]!.SetAside(now);
        Free(slot, now);
        return slot;
    }

    private void Free(int slot, long at)
    {
        _inFlight[slot] = null;
        _freeAt[slot] = at;
        _busy--;
    }
}
