// The Atomics floor as the model sees it: the same names and parameters (the caller's place at their end, filled in by the
// compiler), each access handed to the explorer. Outside of model threads a plain access: setting up, checking.
using System.Runtime.CompilerServices;
using FastFence.Model.Explorer;

namespace FastFence.Atomics;

internal static unsafe class Atomic
{
    public static ulong LoadPlain(ref ulong word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Run.IsModelThread
        ? Run.Current.Load((nint)Unsafe.AsPointer(ref word), 8, Order.Plain, new Site(file, line))
        : word;

    public static uint LoadPlain(ref uint word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Run.IsModelThread
        ? (uint)(Run.Current.Load((nint)Unsafe.AsPointer(ref word), 4, Order.Plain, new Site(file, line)))
        : word;

    public static nint LoadPlain(ref nint word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Run.IsModelThread
        ? (nint)(Run.Current.Load((nint)Unsafe.AsPointer(ref word), 8, Order.Plain, new Site(file, line)))
        : word;

    public const int WideWords = 8;

    public static uint DifferPlain(ref ulong words, ref ulong others, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        uint bits = 0;
        for (int i = 0; i < WideWords; i++)
        {
            bits |= LoadPlain(ref Unsafe.Add(ref words, i), file, line) != Unsafe.Add(ref others, i) ? 1u << i : 0;
        }

        return bits;
    }

    public static ulong LoadAcquire(ref ulong word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Run.IsModelThread
        ? Run.Current.Load((nint)Unsafe.AsPointer(ref word), 8, Order.Acquire, new Site(file, line))
        : word;

    public static uint LoadAcquire(ref uint word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Run.IsModelThread
        ? (uint)(Run.Current.Load((nint)Unsafe.AsPointer(ref word), 4, Order.Acquire, new Site(file, line)))
        : word;

    public static nint LoadAcquire(ref nint word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Run.IsModelThread
        ? (nint)(Run.Current.Load((nint)Unsafe.AsPointer(ref word), 8, Order.Acquire, new Site(file, line)))
        : word;

    public static byte LoadAcquire(ref byte word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Run.IsModelThread
        ? (byte)(Run.Current.Load((nint)Unsafe.AsPointer(ref word), 1, Order.Acquire, new Site(file, line)))
        : word;

    public static void StorePlain(ref ulong word, ulong value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 8, value, Order.Plain, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static void StorePlain(ref uint word, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 4, value, Order.Plain, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static void StorePlain(ref nint word, nint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 8, (ulong)value, Order.Plain, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static void StorePlain(ref byte word, byte value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 1, value, Order.Plain, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static void StoreRelease(ref ulong word, ulong value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 8, value, Order.Release, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static void StoreRelease(ref uint word, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 4, value, Order.Release, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static void StoreRelease(ref nint word, nint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 8, (ulong)value, Order.Release, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static void StoreRelease(ref byte word, byte value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Store((nint)Unsafe.AsPointer(ref word), 1, value, Order.Release, new Site(file, line));
        }
        else
        {
            word = value;
        }
    }

    public static ulong CompareExchangeFull(ref ulong word, ulong value, ulong expected, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Change((nint)Unsafe.AsPointer(ref word), 8, RmwKind.CompareExchange, value, expected, file, line);

    public static uint CompareExchangeFull(ref uint word, uint value, uint expected, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        (uint)(Change((nint)Unsafe.AsPointer(ref word), 4, RmwKind.CompareExchange, value, expected, file, line));

    public static nint CompareExchangeFull(ref nint word, nint value, nint expected, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        (nint)(Change((nint)Unsafe.AsPointer(ref word), 8, RmwKind.CompareExchange, (ulong)value, (ulong)expected, file, line));

    public static ulong ExchangeFull(ref ulong word, ulong value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Change((nint)Unsafe.AsPointer(ref word), 8, RmwKind.Exchange, value, 0, file, line);

    public static uint ExchangeFull(ref uint word, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        (uint)(Change((nint)Unsafe.AsPointer(ref word), 4, RmwKind.Exchange, value, 0, file, line));

    public static nint ExchangeFull(ref nint word, nint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        (nint)(Change((nint)Unsafe.AsPointer(ref word), 8, RmwKind.Exchange, (ulong)value, 0, file, line));

    public static ulong AddFull(ref ulong word, ulong value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Change((nint)Unsafe.AsPointer(ref word), 8, RmwKind.Add, value, 0, file, line) + value;

    public static uint AddFull(ref uint word, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        (uint)(Change((nint)Unsafe.AsPointer(ref word), 4, RmwKind.Add, value, 0, file, line) + value);

    public static ulong OrFull(ref ulong word, ulong bits, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Change((nint)Unsafe.AsPointer(ref word), 8, RmwKind.Or, bits, 0, file, line);

    public static uint OrFull(ref uint word, uint bits, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        (uint)(Change((nint)Unsafe.AsPointer(ref word), 4, RmwKind.Or, bits, 0, file, line));

    public static uint AndFull(ref uint word, uint bits, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        (uint)(Change((nint)Unsafe.AsPointer(ref word), 4, RmwKind.And, bits, 0, file, line));

    public static void FenceFull([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (Run.IsModelThread)
        {
            Run.Current.Fence(new Site(file, line));
        }
    }

    private static ulong Change(nint address, int size, RmwKind kind, ulong operand, ulong expected, string file, int line)
    {
        if (Run.IsModelThread)
        {
            return Run.Current.Rmw(address, size, kind, operand, expected, new Site(file, line));
        }

        ulong was = Raw.Read(address, size);
        Raw.Write(address, size, Raw.Apply(kind, was, operand, expected));
        return was;
    }

    // As the others: a field of native memory by its address.
    public static ulong LoadPlain(ulong* word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => LoadPlain(ref *word, file, line);

    public static uint LoadPlain(uint* word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => LoadPlain(ref *word, file, line);

    public static nint LoadPlain(nint* word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => LoadPlain(ref *word, file, line);

    public static ulong LoadAcquire(ulong* word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => LoadAcquire(ref *word, file, line);

    public static uint LoadAcquire(uint* word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => LoadAcquire(ref *word, file, line);

    public static nint LoadAcquire(nint* word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => LoadAcquire(ref *word, file, line);

    public static byte LoadAcquire(byte* word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => LoadAcquire(ref *word, file, line);

    public static void StorePlain(ulong* word, ulong value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StorePlain(ref *word, value, file, line);

    public static void StorePlain(uint* word, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StorePlain(ref *word, value, file, line);

    public static void StorePlain(nint* word, nint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StorePlain(ref *word, value, file, line);

    public static void StorePlain(byte* word, byte value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StorePlain(ref *word, value, file, line);

    public static void StoreRelease(ulong* word, ulong value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StoreRelease(ref *word, value, file, line);

    public static void StoreRelease(uint* word, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StoreRelease(ref *word, value, file, line);

    public static void StoreRelease(nint* word, nint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StoreRelease(ref *word, value, file, line);

    public static void StoreRelease(byte* word, byte value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        StoreRelease(ref *word, value, file, line);
}
