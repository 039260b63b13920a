using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>
/// He-normal initialisation (He et al., arXiv 1502.01852): standard deviation sqrt(2 / fan-in), truncated at two sigma.
/// </summary>
/// <remarks>The normal that is cut has sigma = sqrt(2 / fan-in) / 0.87962566, so that what remains between -2 sigma and 2 sigma has the
/// wanted deviation. Draws outside are redrawn. The stream depends on (seed, layer name) only, so a layer's weights do not change when
/// other layers are added.</remarks>
internal static class WeightInitializer
{
    /// <summary>Standard deviation of a standard normal cut at +-2.</summary>
    private const double TruncatedDeviation = 0.87962566103423978;

    /// <summary>Gives a parameter its first values and no velocity.</summary>
    public static void Start(Parameter parameter, float[] values)
    {
        parameter.Values.Write(values);
        parameter.Velocity.Write(new float[values.Length]);
    }

    /// <summary>The initial weights of a layer.</summary>
    public static float[] Draw(ulong seed, string layer, int count, int fanIn)
    {
        SeededRandom random = new(SeedTree.Derive(seed, "init/" + layer));
        double sigma = Math.Sqrt(2.0 / fanIn) / TruncatedDeviation;
        float[] weights = new float[count];
        for (int i = 0; i < count; i++)
        {
            double z = random.NextGaussian();
            while (Math.Abs(z) > 2.0)
            {
                z = random.NextGaussian();
            }

            weights[i] = (float)(sigma * z);
        }

        return weights;
    }
}
