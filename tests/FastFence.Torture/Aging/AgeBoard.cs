using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace FastFence.Torture.Aging;

/// <summary>
/// Ages of the objects, what each reader has seen, and what each is reading now. Beside the objects, not in them: it is still
/// there when an object's page is not. In a child process it lies in a file that the parent reads after the child's death.
/// </summary>
internal sealed unsafe class AgeBoard : IDisposable
{
    /// <summary>Objects that go round.</summary>
    internal const int Objects = 64;

    /// <summary>Most readers.</summary>
    internal const int Readers = 8;

    /// <summary>Grace periods that a removed object waits for before it is freed, plus one: far more than the one it needs.</summary>
    internal const int LastAge = 10;

    /// <summary>Buckets of the histogram: ages 0 to <see cref="LastAge"/>, then freed.</summary>
    internal const int Buckets = LastAge + 2;

    /// <summary>Age of an object that is on the free list.</summary>
    internal const long Freed = LastAge + 1;

    private const int ReaderWords = 32; // a reader's words lie on lines of its own
    private const int Bytes = (Objects + (Readers * ReaderWords)) * sizeof(long);
    private const int ReadingWord = Buckets;
    private const int ThreadWord = Buckets + 1;

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly long* _words;

    /// <summary>A board in this process's memory.</summary>
    internal AgeBoard() => _words = (long*)NativeMemory.AllocZeroed(Bytes);

    /// <summary>A board in a file; made and cleared by whoever starts the child.</summary>
    internal AgeBoard(string path, bool create)
    {
        _file = MemoryMappedFile.CreateFromFile(path, create ? FileMode.Create : FileMode.Open, null, Bytes);
        _view = _file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _words = (long*)start;
    }

    /// <summary>
    /// Age of an object: 0 = current, 1 = removed, from 2 on a whole grace period has passed since; <see cref="Freed"/>.
    /// </summary>
    internal ref long Age(int index) => ref _words[index];

    /// <summary>How often a reader saw an age at the end of its section.</summary>
    internal ref long Seen(int reader, long age) => ref ReaderOf(reader)[age];

    /// <summary>The object that a reader reads now, plus one; 0 = none.</summary>
    internal ref long Reading(int reader) => ref ReaderOf(reader)[ReadingWord];

    /// <summary>OS thread id of a reader.</summary>
    internal ref long ThreadId(int reader) => ref ReaderOf(reader)[ThreadWord];

    /// <summary>The histogram of all readers.</summary>
    internal long[] Histogram()
    {
        long[] sum = new long[Buckets];
        for (int reader = 0; reader < Readers; reader++)
        {
            for (int age = 0; age < Buckets; age++)
            {
                sum[age] += Volatile.Read(ref Seen(reader, age));
            }
        }

        return sum;
    }

    public void Dispose()
    {
        if (_view == null)
        {
            NativeMemory.Free(_words);
            return;
        }

        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file!.Dispose();
    }

    private long* ReaderOf(int reader) => _words + Objects + (reader * ReaderWords);
}
