// The only file that touches Volatile and Interlocked. Every shared word of the engine, plain accesses included, goes
// through it: the model checker compiles the same sources against a class of the same name and sees each access.
//
// The name of a method is its ordering:
//   Plain    no ordering; the word has one writer at a time, or the caller's tag says why none is needed
//   Acquire  later accesses stay after it        Release  earlier accesses stay before it
//   Full     a read-modify-write that orders everything on both sides (a locked instruction on x64)
using System.Runtime.CompilerServices;

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
