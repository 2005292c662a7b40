using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastFence.Platform;

/// <summary>
/// A set of cores, 0 to 1023: the kernel's cpu_set_t, bit for bit (its address is what the affinity calls take).
/// <c>default</c> is the empty set. Immutable.
/// </summary>
internal readonly struct CoreSet : IEquatable<CoreSet>
{
    /// <summary>Cores beyond this are not known to the C library's cpu_set_t either.</summary>
    public const int Capacity = 1024;

    private const int BitsPerWord = 64;

    private readonly Words _words;

    private CoreSet(Words words) => _words = words;

    /// <summary>How many cores are in the set.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (ulong word in _words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    public static bool operator ==(CoreSet left, CoreSet right) => left.Equals(right);

    public static bool operator !=(CoreSet left, CoreSet right) => !left.Equals(right);

    /// <summary>Whether <paramref name="core"/> is in the set; false for numbers out of range.</summary>
    public bool Contains(int core) =>
        (uint)core < Capacity && (_words[core / BitsPerWord] >> (core % BitsPerWord) & 1) != 0;

    /// <summary>The set and <paramref name="core"/>.</summary>
    public CoreSet With(int core)
    {
        CheckRange(core);
        Words words = _words;
        words[core / BitsPerWord] |= 1UL << (core % BitsPerWord);
        return new CoreSet(words);
    }

    /// <summary>The set less <paramref name="core"/>.</summary>
    public CoreSet Without(int core)
    {
        CheckRange(core);
        Words words = _words;
        words[core / BitsPerWord] &= ~(1UL << (core % BitsPerWord));
        return new CoreSet(words);
    }

    /// <summary>Reads what <see cref="ToString"/> and the kernel write: "0-3,8"; "" is the empty set.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CoreSet cores)
    {
        cores = default;
        text = text.Trim();
        if (text.IsEmpty)
        {
            return true;
        }

        Words words = default;
        foreach (Range range in text.Split(','))
        {
            ReadOnlySpan<char> item = text[range];
            int dash = item.IndexOf('-');
            ReadOnlySpan<char> last = item[(dash + 1)..];
            ReadOnlySpan<char> first = dash < 0 ? item : item[..dash];
            if (!TryParseCore(first, out int from) || !TryParseCore(last, out int to) || from > to)
            {
                return false;
            }

            for (int core = from; core <= to; core++)
            {
                words[core / BitsPerWord] |= 1UL << (core % BitsPerWord);
            }
        }

        cores = new CoreSet(words);
        return true;
    }

    /// <summary>The kernel's list format: "0-3,8".</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        for (int core = 0; core < Capacity; core++)
        {
            if (!Contains(core))
            {
                continue;
            }

            int first = core;
            while (Contains(core + 1))
            {
                core++;
            }

            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{first}");
            if (core > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{core}");
            }
        }

        return text.ToString();
    }

    public bool Equals(CoreSet other) => ((ReadOnlySpan<ulong>)_words).SequenceEqual(other._words);

    public override bool Equals(object? obj) => obj is CoreSet other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_words[0], _words[1], Count);

    private static bool TryParseCore(ReadOnlySpan<char> text, out int core) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out core) && core < Capacity;

    private static void CheckRange(int core)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(core);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(core, Capacity);
    }

    [InlineArray(Capacity / BitsPerWord)]
    private struct Words
    {
        private ulong _first;
    }
}
