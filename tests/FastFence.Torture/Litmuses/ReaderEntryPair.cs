using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Torture.Litmuses;

/// <summary>
/// A reader enters and loads a pointer; a reclaimer unlinks it, draws a stamp and scans ([READER-ENTER] against [GP-BARRIER]).
/// Forbidden: the reader has the old pointer, and the scan says that nobody can have it. On a domain of its own.
/// </summary>
internal sealed unsafe class ReaderEntryPair : LitmusPair
{
    private const nuint Apart = Reservation.ContentionBytes;

    private readonly bool _withBarrier;
    private readonly bool _rested;
    private readonly DomainBlock* _domain = (DomainBlock*)Allocate((nuint)sizeof(DomainBlock));
    private readonly ReaderRecord* _reader = (ReaderRecord*)Allocate((nuint)sizeof(ReaderRecord));
    private readonly byte* _words = Allocate(3 * Apart);

    /// <param name="withBarrier">The engine's own code; else the scan is without its barrier, or the entry from rest without its fence.</param>
    /// <param name="rested">The reader comes from rest each time: no scan issues a barrier for it.</param>
    internal ReaderEntryPair(bool withBarrier, bool rested)
    {
        _withBarrier = withBarrier;
        _rested = rested;
        _domain->Phase = Domain.PhaseStep;
        _domain->Records = (nint)_reader;
        _reader->State = (uint)ReaderState.Casual;
    }

    private ref ulong Linked => ref *(ulong*)_words;

    private ref ulong HasOld => ref *(ulong*)(_words + Apart);

    private ref ulong IsOver => ref *(ulong*)(_words + (2 * Apart));

    internal override void Prepare() => Atomic.StoreRelease(ref Linked, 1);

    internal override void WarmLight()
    {
        Atomic.LoadAcquire(ref Linked);
        Atomic.LoadAcquire(ref _domain->Phase);
    }

    internal override void WarmHeavy() => Atomic.LoadAcquire(ref _reader->Word);

    internal override void Light()
    {
        if (_rested && !_withBarrier)
        {
            Atomic.StoreRelease(ref _reader->Word, Atomic.LoadAcquire(ref _domain->Phase) | 1); // Reader.Enter from rest, less its fence; frozen here
        }
        else
        {
            Reader.Enter(_domain, _reader);
        }

        HasOld = Atomic.LoadAcquire(ref Linked);
    }

    internal override void Heavy()
    {
        Atomic.StoreRelease(ref Linked, 0);
        ulong stamp = Domain.Stamp(_domain);
        ulong complete = _withBarrier || _rested ? Domain.Advance(_domain, null) : AdvanceWithoutBarrier();
        IsOver = complete >= stamp ? 1u : 0;
    }

    internal override void LeaveLight()
    {
        Reader.Exit(_reader);
        if (_rested)
        {
            Reader.Rest(_reader);
        }
    }

    internal override bool HaveMissed() => HasOld != 0 && IsOver != 0;

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_domain);
        NativeMemory.AlignedFree(_reader);
        NativeMemory.AlignedFree(_words);
    }

    // Domain.Advance less its barrier; frozen here, and never to be mended.
    private ulong AdvanceWithoutBarrier() => Domain.OldestReader(_domain, Atomic.LoadAcquire(ref _domain->Phase));

    private static byte* Allocate(nuint bytes)
    {
        byte* p = (byte*)NativeMemory.AlignedAlloc(bytes, Apart);
        NativeMemory.Clear(p, bytes);
        return p;
    }
}
