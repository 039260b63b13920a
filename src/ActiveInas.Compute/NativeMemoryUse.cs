namespace ActiveInas.Compute;

/// <summary>Native memory that tensors and kernels of this process hold.</summary>
public static class NativeMemoryUse
{
    private static long s_bytes;
    private static long s_peak;

    /// <summary>Bytes now.</summary>
    public static long Bytes => Interlocked.Read(ref s_bytes);

    /// <summary>The most since the last <see cref="ResetPeak"/>.</summary>
    public static long Peak => Interlocked.Read(ref s_peak);

    /// <summary>Makes <see cref="Peak"/> start again from what is held now.</summary>
    public static void ResetPeak() => Interlocked.Exchange(ref s_peak, Bytes);

    /// <summary>Notes an allocation, or with a negative number the end of one.</summary>
    internal static void Add(long bytes)
    {
        long now = Interlocked.Add(ref s_bytes, bytes);
        long peak = Interlocked.Read(ref s_peak);
        while (now > peak)
        {
            long seen = Interlocked.CompareExchange(ref s_peak, now, peak);
            if (seen == peak)
            {
                break;
            }

            peak = seen;
        }
    }
}
