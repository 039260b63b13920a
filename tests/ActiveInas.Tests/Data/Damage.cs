namespace ActiveInas.Tests.Data;

/// <summary>Random damage to files.</summary>
internal static class Damage
{
    /// <summary>One to four changes: a bit flipped, a byte set, a run overwritten, the end cut off; half of them near the start, where
    /// the headers are.</summary>
    public static byte[] To(byte[] file, ref SeededRandom random)
    {
        byte[] damaged = [.. file];
        int changes = 1 + random.NextInt(4);
        for (int i = 0; i < changes && damaged.Length > 0; i++)
        {
            int position = random.NextInt(random.NextInt(2) == 0 ? Math.Min(256, damaged.Length) : damaged.Length);
            switch (random.NextInt(8))
            {
                case 0:
                    damaged = damaged[..position];
                    break;
                case 1:
                    damaged.AsSpan(position, Math.Min(8, damaged.Length - position)).Fill((byte)random.NextBits());
                    break;
                case 2 or 3:
                    damaged[position] = (byte)random.NextBits();
                    break;
                default:
                    damaged[position] ^= (byte)(1 << random.NextInt(8));
                    break;
            }
        }

        return damaged;
    }
}
