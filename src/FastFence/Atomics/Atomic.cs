// The only file that touches Volatile and Interlocked. Every shared word of the engine, plain accesses included, goes
// through it: the model checker compiles the same sources against a class of the same name and sees each access.
//
// The name of a method is its ordering:
//   Plain    no ordering; the word has one writer at a time, or the caller's tag says why none is needed
//   Acquire  later accesses stay after it        Release  earlier accesses stay before it
//   Full     a read-modify-write that orders everything on both sides (a locked instruction on x64)
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastFence.Atomics;

/// <summary>Memory words with the ordering in the method's name. Thread class: any. Never blocks, never allocates.</summary>
internal static unsafe class Atomic
{
    /// <summary>Reads with no ordering.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadPlain(ref ulong word) => word;

    /// <inheritdoc cref="LoadPlain(ref ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadPlain(ref uint word) => word;

    /// <inheritdoc cref="LoadPlain(ref ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LoadPlain(ref nint word) => word;

    /// <summary>
    /// As the other, for a field of native memory, <c>&amp;block->Field</c>: base and offset become one operand. Of <c>ref block->Field</c> the JIT makes an
    /// address of its own first, for it adds nothing to a reference while it takes the operand.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadPlain(ulong* word) => *word;

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadPlain(uint* word) => *word;

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LoadPlain(nint* word) => *word;

    /// <summary>How many words <see cref="DifferPlain"/> compares.</summary>
    public const int WideWords = 8;

    /// <summary>
    /// Compares eight words side by side with eight others, with no ordering, not even among themselves: a bit for each that differs, the first
    /// word's lowest. A hint: what it says of a word that somebody writes may be a moment old.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint DifferPlain(ref ulong words, ref ulong others)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return (byte)~Vector512.Equals(Vector512.LoadUnsafe(ref words), Vector512.LoadUnsafe(ref others)).ExtractMostSignificantBits();
        }

        if (Vector256.IsHardwareAccelerated)
        {
            uint low = Vector256.Equals(Vector256.LoadUnsafe(ref words), Vector256.LoadUnsafe(ref others)).ExtractMostSignificantBits();
            uint high = Vector256.Equals(Vector256.LoadUnsafe(ref words, 4), Vector256.LoadUnsafe(ref others, 4)).ExtractMostSignificantBits();
            return (byte)~(low | (high << 4));
        }

        // All at once first: where there is nothing, which is nearly always, no bits are gathered.
        return DiffersNarrow(ref words, ref others) ? BitsOf(ref words, ref others) : 0;
    }

    private static bool DiffersNarrow(ref ulong words, ref ulong others)
    {
        Vector128<ulong> differ = Vector128<ulong>.Zero;
        for (nuint i = 0; i < WideWords; i += 2)
        {
            differ |= Vector128.LoadUnsafe(ref words, i) ^ Vector128.LoadUnsafe(ref others, i);
        }

        return differ != Vector128<ulong>.Zero;
    }

    private static uint BitsOf(ref ulong words, ref ulong others)
    {
        uint bits = 0;
        for (int i = 0; i < WideWords; i++)
        {
            bits |= Unsafe.Add(ref words, i) != Unsafe.Add(ref others, i) ? 1u << i : 0;
        }

        return bits;
    }

    /// <summary>Writes with no ordering.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(ref ulong word, ulong value) => word = value;

    /// <inheritdoc cref="StorePlain(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(ref uint word, uint value) => word = value;

    /// <inheritdoc cref="StorePlain(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(ref nint word, nint value) => word = value;

    /// <inheritdoc cref="StorePlain(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(ref byte word, byte value) => word = value;

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(ulong* word, ulong value) => *word = value;

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(uint* word, uint value) => *word = value;

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(nint* word, nint value) => *word = value;

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(byte* word, byte value) => *word = value;

    /// <summary>Reads; later accesses stay after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadAcquire(ref ulong word) => Volatile.Read(ref word);

    /// <inheritdoc cref="LoadAcquire(ref ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadAcquire(ref uint word) => Volatile.Read(ref word);

    /// <inheritdoc cref="LoadAcquire(ref ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LoadAcquire(ref nint word) => Volatile.Read(ref word);

    /// <inheritdoc cref="LoadAcquire(ref ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LoadAcquire(ref byte word) => Volatile.Read(ref word);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadAcquire(ulong* word) => Volatile.Read(ref *word);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadAcquire(uint* word) => Volatile.Read(ref *word);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LoadAcquire(nint* word) => Volatile.Read(ref *word);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LoadAcquire(byte* word) => Volatile.Read(ref *word);

    /// <summary>Writes; earlier accesses stay before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref ulong word, ulong value) => Volatile.Write(ref word, value);

    /// <inheritdoc cref="StoreRelease(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref uint word, uint value) => Volatile.Write(ref word, value);

    /// <inheritdoc cref="StoreRelease(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref nint word, nint value) => Volatile.Write(ref word, value);

    /// <inheritdoc cref="StoreRelease(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref byte word, byte value) => Volatile.Write(ref word, value);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ulong* word, ulong value) => Volatile.Write(ref *word, value);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(uint* word, uint value) => Volatile.Write(ref *word, value);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(nint* word, nint value) => Volatile.Write(ref *word, value);

    /// <inheritdoc cref="LoadPlain(ulong*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(byte* word, byte value) => Volatile.Write(ref *word, value);

    /// <summary>Replaces <paramref name="expected"/> by <paramref name="value"/>; returns what stood there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong CompareExchangeFull(ref ulong word, ulong value, ulong expected) =>
        Interlocked.CompareExchange(ref word, value, expected);

    /// <inheritdoc cref="CompareExchangeFull(ref ulong, ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint CompareExchangeFull(ref uint word, uint value, uint expected) =>
        Interlocked.CompareExchange(ref word, value, expected);

    /// <inheritdoc cref="CompareExchangeFull(ref ulong, ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint CompareExchangeFull(ref nint word, nint value, nint expected) =>
        Interlocked.CompareExchange(ref word, value, expected);

    /// <summary>Writes and returns what stood there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ExchangeFull(ref ulong word, ulong value) => Interlocked.Exchange(ref word, value);

    /// <inheritdoc cref="ExchangeFull(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ExchangeFull(ref uint word, uint value) => Interlocked.Exchange(ref word, value);

    /// <inheritdoc cref="ExchangeFull(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint ExchangeFull(ref nint word, nint value) => Interlocked.Exchange(ref word, value);

    /// <summary>Adds and returns the new value (wraps).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddFull(ref ulong word, ulong value) => Interlocked.Add(ref word, value);

    /// <inheritdoc cref="AddFull(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AddFull(ref uint word, uint value) => Interlocked.Add(ref word, value);

    /// <summary>Sets bits; returns what stood there before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OrFull(ref ulong word, ulong bits) => Interlocked.Or(ref word, bits);

    /// <inheritdoc cref="OrFull(ref ulong, ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OrFull(ref uint word, uint bits) => Interlocked.Or(ref word, bits);

    /// <summary>Keeps bits; returns what stood there before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AndFull(ref uint word, uint bits) => Interlocked.And(ref word, bits);

    /// <summary>Orders everything before it against everything after it, store to load included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FenceFull() => Interlocked.MemoryBarrier();
}
