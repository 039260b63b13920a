using System.Text;
using ActiveInas.Compute;

namespace ActiveInas;

/// <summary>Derives independent seeds from one: every use of randomness names itself, so adding one never shifts another.</summary>
/// <example><code>ulong seed = SeedTree.Derive(runSeed, "round-3/search/A(2,1)");</code></example>
public static class SeedTree
{
    /// <summary>A seed for the use called <paramref name="purpose"/> (FNV-1a of its UTF-8 bytes, mixed with the parent seed).</summary>
    public static ulong Derive(ulong seed, string purpose)
    {
        ulong hash = 14695981039346656037ul;
        foreach (byte value in Encoding.UTF8.GetBytes(purpose))
        {
            hash = (hash ^ value) * 1099511628211ul;
        }

        return SplitMix.Mix(SplitMix.Mix(seed + 0x9E3779B97F4A7C15ul) ^ hash);
    }
}
