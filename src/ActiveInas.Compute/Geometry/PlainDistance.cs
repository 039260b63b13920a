namespace ActiveInas.Compute.Geometry;

/// <summary>The one order of summation of every distance and inner product between embeddings, which <see cref="DistanceKernel"/> describes, as
/// plain loops. Every vector width can follow it, so all of them give the same bytes.</summary>
internal static class PlainDistance
{
    /// <summary>Running sums; kernels take rows padded to a multiple of it.</summary>
    public const int Lanes = 16;

    /// <summary>||a - b||^2 = sum over k of (a[k] - b[k])^2.</summary>
    /// <param name="a">[D].</param>
    /// <param name="b">[D].</param>
    public static float Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Span<float> sums = stackalloc float[Lanes];
        sums.Clear();
        for (int k = 0; k < a.Length; k++)
        {
            float difference = a[k] - b[k];
            sums[k % Lanes] = MathF.FusedMultiplyAdd(difference, difference, sums[k % Lanes]);
        }

        return Fold(sums);
    }

    /// <summary>a . b = sum over k of a[k] b[k].</summary>
    /// <param name="a">[D].</param>
    /// <param name="b">[D].</param>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Span<float> sums = stackalloc float[Lanes];
        sums.Clear();
        for (int k = 0; k < a.Length; k++)
        {
            sums[k % Lanes] = MathF.FusedMultiplyAdd(a[k], b[k], sums[k % Lanes]);
        }

        return Fold(sums);
    }

    private static float Fold(Span<float> sums)
    {
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int j = 0; j < half; j++)
            {
                sums[j] += sums[j + half];
            }
        }

        return sums[0];
    }
}
