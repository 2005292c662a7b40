using System.Runtime.InteropServices;
using CsCheck;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Reclamation;

/// <summary>Schedules of readers against a model that knows who was inside when a token was drawn.</summary>
public sealed unsafe class GraceModelTests
{
    private const int Readers = 4;

    private enum Step
    {
        Enter,
        Exit,
        Report,
        Start,
        Rest,
        EnterBriefly,
    }

    [Fact]
    public void ATokenIsCompleteExactlyWhenWhoWasInsideHasLeft() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, Readers]).Array[1, 120].Sample(schedule => Play(schedule, skipEntries: false), iter: 2000);

    [Fact]
    public void ADomainThatMissesEntriesFailsTheModel()
    {
        (int, int)[] schedule = [((int)Step.Enter, 0), ((int)Step.Start, 0)];
        Play(schedule, skipEntries: false);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Play(schedule, skipEntries: true));
    }

    private static void Play((int Step, int Who)[] schedule, bool skipEntries)
    {
        DomainBlock* domain = (DomainBlock*)NativeMemory.AlignedAlloc((nuint)sizeof(DomainBlock), 128);
        ReaderRecord* records = (ReaderRecord*)NativeMemory.AlignedAlloc((nuint)(Readers * sizeof(ReaderRecord)), 128);
        try
        {
            new Span<DomainBlock>(domain, 1).Clear();
            new Span<ReaderRecord>(records, Readers).Clear();
            domain->Phase = Domain.PhaseStep;
            for (int i = 0; i < Readers; i++)
            {
                records[i].Next = (ReaderRecord*)domain->Records;
                domain->Records = (nint)(records + i);
            }

            PlayOn(domain, records, schedule, skipEntries);
        }
        finally
        {
            NativeMemory.AlignedFree(domain);
            NativeMemory.AlignedFree(records);
        }
    }

    // The last number stands for the shared record, which keeps its first entry's time until it is empty.
    private static void PlayOn(DomainBlock* domain, ReaderRecord* records, (int Step, int Who)[] schedule, bool skipEntries)
    {
        int[] nest = new int[Readers + 1];
        List<(ulong Stamp, HashSet<int> Inside)> tokens = [];
        foreach ((int step, int who) in schedule)
        {
            switch ((Step)step)
            {
                case Step.Enter:
                    nest[who]++;
                    if (!skipEntries)
                    {
                        Enter(domain, records, who);
                    }

                    break;
                case Step.Exit when nest[who] > 0:
                    Exit(domain, records, who);
                    if (--nest[who] == 0)
                    {
                        tokens.ForEach(t => t.Inside.Remove(who));
                    }

                    break;
                case Step.Report when nest[who] == 1 && who < Readers:
                    Reader.Quiescent(domain, records + who);
                    tokens.ForEach(t => t.Inside.Remove(who));
                    break;
                case Step.Rest when who < Readers:
                    Reader.Rest(records + who); // inside it changes nothing
                    break;
                case Step.EnterBriefly when who < Readers:
                    ulong before = Reader.EnterBrief(domain, records + who);
                    Assert.Equal(skipEntries || nest[who] > 0, before != 0);
                    Assert.NotEqual(Domain.AtRest, records[who].Word);
                    Reader.LeaveBrief(records + who, before);
                    break;
                case Step.Start:
                    tokens.Add((Domain.Stamp(domain), [.. Enumerable.Range(0, nest.Length).Where(r => nest[r] > 0)]));
                    break;
                default:
                    break;
            }

            // From the newest: an earlier token's scan must not do a later one's work.
            foreach ((ulong stamp, HashSet<int> inside) in Enumerable.Reverse(tokens))
            {
                Assert.Equal(inside.Count == 0, Domain.Poll(domain, null, stamp));
            }
        }
    }

    private static void Enter(DomainBlock* domain, ReaderRecord* records, int who)
    {
        if (who < Readers)
        {
            Reader.Enter(domain, records + who);
        }
        else
        {
            SharedReader.Enter(domain);
        }
    }

    private static void Exit(DomainBlock* domain, ReaderRecord* records, int who)
    {
        if (who < Readers)
        {
            Reader.Exit(records + who);
        }
        else
        {
            SharedReader.Exit(domain);
        }
    }
}
