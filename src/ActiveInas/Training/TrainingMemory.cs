using ActiveInas.Architectures;

namespace ActiveInas.Training;

/// <summary>Whether a training fits into memory, reckoned before any is taken: a machine that runs out of it stops other programs too.</summary>
internal static class TrainingMemory
{
    private const int BytesAValue = 2;
    private const double UsableShare = 0.9;
    private const int SmallestAdvice = 16;

    /// <summary>Bytes at least that the outputs of a network's convolutions and their gradients take, bf16.</summary>
    public static double Least(Architecture architecture, int batch, int height, int width)
    {
        double positions = (double)batch * height * width;
        double values = positions * Architecture.StemFilters;
        double side = 4;
        foreach (NetworkStack stack in NetworkStack.Of(architecture))
        {
            values += 2 * stack.Blocks * stack.Filters * positions / side;
            side *= 4;
        }

        return 2 * BytesAValue * values;
    }

    /// <summary>Refuses what cannot fit.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="batch">Images a step.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="available">Bytes of the machine, or of the limit that it runs under.</param>
    /// <exception cref="ConfigurationException">Images, batch or network are too large; the message has the figures and a size that fits.</exception>
    public static void Require(Architecture architecture, int batch, int height, int width, double available)
    {
        double least = Least(architecture, batch, height, width);
        bool fits = least <= UsableShare * available && Largest(batch, height, width) <= int.MaxValue;
        if (fits)
        {
            return;
        }

        int side = Math.Max(height, width);
        while (side > SmallestAdvice && (Least(architecture, batch, side, side) > UsableShare * available / 2 || Largest(batch, side, side) > int.MaxValue))
        {
            side /= 2;
        }

        side = 1 << (int)Math.Log2(side);
        throw new ConfigurationException(
            $"{architecture} on images of {width}x{height} pixels in batches of {batch} needs {least / 1e9:0.0} GB at least, and this machine has {available / 1e9:0.0} GB: "
            + $"give a smaller `imageSize`, for example {side}, or smaller batches (`recipe.batchSize={Math.Max(1, batch / 4)}`).");
    }

    // Elements of the largest tensor: the stem's output with its border.
    private static double Largest(int batch, int height, int width) => (double)batch * (height + 1) * (width + 1) * Architecture.StemFilters;
}
