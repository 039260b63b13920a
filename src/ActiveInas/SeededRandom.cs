using System.Runtime.CompilerServices;
using ActiveInas.Compute;

namespace ActiveInas;

/// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the one random stream of the product. Its bytes are a promise: they never
/// change with the runtime, unlike those of System.Random.</summary>
public struct SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextBits() => SplitMix.Mix(_state += 0x9E3779B97F4A7C15ul);

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1ul << 53));

    /// <summary>Uniform in [0, bound), without modulo bias worth mentioning (multiply-high of 64 bits).</summary>
    public int NextInt(int bound) => (int)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>Standard normal (Box-Muller, the cosine branch).</summary>
    public double NextGaussian()
    {
        double u = 1.0 - NextDouble();
        return Math.Sqrt(-2.0 * Math.Log(u)) * Math.Cos(2.0 * Math.PI * NextDouble());
    }

    /// <summary>Fisher-Yates.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
