using System.Runtime.InteropServices;
using FastFence.Memory;
using Xunit;

namespace FastFence.Tests.Memory;

public sealed unsafe class TaggedStackTests : IDisposable
{
    private const int Elements = 16;
    private const int Unit = 64;

    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed((Elements + 1) * Unit);
    private ulong _head;

    public void Dispose() => NativeMemory.Free(_memory);

    [Fact]
    public void WhatWasPushedLastIsPoppedFirst()
    {
        Assert.Equal(0u, Pop());
        Push(1);
        Push(2);
        Assert.Equal(2u, Pop());
        Assert.Equal(1u, Pop());
        Assert.Equal(0u, Pop());
    }

    [Fact]
    public void UnderContentionNothingIsLostAndNothingGivenOutTwice()
    {
        for (uint i = 1; i <= Elements; i++)
        {
            Push(i);
        }

        int[] owners = new int[Elements + 1];
        int twice = 0;
        Worker.Together(4, _ =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                uint element = Pop();
                if (element != 0)
                {
                    twice += Interlocked.Increment(ref owners[element]) == 1 ? 0 : 1;
                    Interlocked.Decrement(ref owners[element]);
                    Push(element);
                }
            }
        });
        Assert.Equal(0, twice);
        HashSet<uint> left = [];
        for (uint element = Pop(); element != 0; element = Pop())
        {
            Assert.True(left.Add(element));
        }

        Assert.Equal(Elements, left.Count);
    }

    [Fact]
    public void AHeadThatCameBackIsToldApartByItsTagAlone()
    {
        Push(1);
        Push(2);
        ulong seen = _head;
        Pop();
        Pop();
        Push(2);

        // The control: without the tag the stale pop would go through and install 1, which is not on the stack any more.
        Assert.Equal((uint)seen, (uint)_head);
        Assert.NotEqual(seen, _head);
    }

    private void Push(uint element) => TaggedStack.Push(ref _head, element, _memory, Unit);

    private uint Pop() => TaggedStack.Pop(ref _head, _memory, Unit);
}
