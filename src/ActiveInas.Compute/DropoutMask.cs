using System.Runtime.CompilerServices;

namespace ActiveInas.Compute;

/// <summary>The counter-based random bits behind dropout: a pure function of (seed, sample key, unit), so that a mask never depends
/// on batches, threads or the order of calls.</summary>
/// <remarks>At rate 1/2, the rate of MC-dropout, unit u is bit u mod 64 of word u / 64: one hash decides 64 units. At any other rate
/// each unit has a word of its own, read as a uniform number in [0, 1).</remarks>
internal static class DropoutMask
{
    private const int WordBits = 64;

    /// <summary>Whether a unit is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Keeps(ulong seed, int sampleKey, int unit, double rate)
    {
        ulong stream = Stream(seed, sampleKey);
        return rate == 0.5
            ? ((Word(stream, unit / WordBits) >> (unit % WordBits)) & 1ul) != 0
            : KeepsUnit(stream, unit, rate);
    }

    /// <summary>Words that the mask of so many units takes in <see cref="FillWords"/>.</summary>
    public static int WordCount(int units) => (units + WordBits - 1) / WordBits;

    /// <summary>The decisions of <see cref="Keeps"/> for units 0..units-1 as bits: unit u is bit u mod 64 of word u / 64; bits past the
    /// last unit are 0.</summary>
    /// <param name="seed">Seed of the pass.</param>
    /// <param name="sampleKey">Which sample.</param>
    /// <param name="rate">Probability of dropping, 0..1.</param>
    /// <param name="units">Units of the row.</param>
    /// <param name="words">[WordCount(units)], overwritten.</param>
    public static void FillWords(ulong seed, int sampleKey, double rate, int units, Span<ulong> words)
    {
        ulong stream = Stream(seed, sampleKey);
        for (int word = 0; word < WordCount(units); word++)
        {
            int first = word * WordBits;
            int count = Math.Min(WordBits, units - first);
            ulong bits = 0;
            if (rate == 0.5)
            {
                bits = Word(stream, word);
            }
            else
            {
                for (int unit = 0; unit < count; unit++)
                {
                    bits |= KeepsUnit(stream, first + unit, rate) ? 1ul << unit : 0ul;
                }
            }

            words[word] = count == WordBits ? bits : bits & ((1ul << count) - 1ul);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Stream(ulong seed, int sampleKey) => SplitMix.Mix(seed + (0x9E3779B97F4A7C15ul * ((ulong)(uint)sampleKey + 1ul)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ulong stream, int index) => SplitMix.Mix(stream + (0xD1B54A32D192ED03ul * ((ulong)(uint)index + 1ul)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool KeepsUnit(ulong stream, int unit, double rate) => (Word(stream, unit) >> 11) * (1.0 / (1ul << 53)) >= rate;
}
