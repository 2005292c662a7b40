using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;

namespace FastFence.Waiting;

/// <summary>Wakes a sleeper for another reason than its fence: a token, a foreign clock.</summary>
internal sealed unsafe class WaiterPoke
{
    private uint* _word;

    /// <summary>Whom to wake.</summary>
    public void SetWord(uint* word) => _word = word;

    /// <summary>Wakes it.</summary>
    public void Poke() => Poke(_word);

    /// <summary>Makes the word say "poked" unless the fence has signaled, and wakes its sleeper.</summary>
    public static void Poke(uint* word)
    {
        uint seen = Atomic.LoadAcquire(ref *word);
        while (seen is WaiterWord.Armed or WaiterWord.Asleep)
        {
            uint found = Atomic.CompareExchangeFull(ref *word, WaiterWord.Poked, seen);
            if (found == seen)
            {
                Futex.Wake(word, 1);
                return;
            }

            seen = found;
        }
    }
}
