namespace ActiveInas.Compute.Tests.Support;

/// <summary>Seeded test data: SplitMix64 over <see cref="SplitMix.Mix"/>, the same on every machine.</summary>
internal sealed class TestRandom(ulong seed)
{
    private ulong _state = SplitMix.Mix(seed + 1);

    /// <summary>FNV-1a of a name, so that each test case has its own stream.</summary>
    public static ulong SeedOf(string name)
    {
        ulong hash = 14695981039346656037ul;
        foreach (char letter in name)
        {
            hash = (hash ^ letter) * 1099511628211ul;
        }

        return hash;
    }

    public ulong NextBits() => SplitMix.Mix(_state += 0x9E3779B97F4A7C15ul);

    /// <summary>Uniform in [low, high).</summary>
    public double Next(double low, double high) => low + ((high - low) * ((NextBits() >> 11) * (1.0 / (1ul << 53))));

    /// <summary>Uniform in first..last, both included.</summary>
    public int NextInt(int first, int last) => first + (int)(NextBits() % (ulong)(last - first + 1));

    public bool NextBool() => (NextBits() & 1) == 1;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[NextInt(0, choices.Length - 1)];

    public float[] Floats(int count, double low = -1, double high = 1)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)Next(low, high);
        }

        return values;
    }

    public double[] Doubles(int count, double low = -1, double high = 1)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = Next(low, high);
        }

        return values;
    }
}
