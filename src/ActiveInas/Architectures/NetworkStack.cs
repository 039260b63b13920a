using ActiveInas.Compute;

namespace ActiveInas.Architectures;

/// <summary>One stack of a network: i basic residual blocks of as many filters, the first of which halves the image in stacks 2..j. The one description
/// from which layers, counts of parameters and FLOPs are made.</summary>
/// <param name="Number">s = 1..j.</param>
/// <param name="Inputs">Channels that come in.</param>
/// <param name="Filters">64 * 2^(s-1).</param>
/// <param name="Blocks">i.</param>
internal readonly record struct NetworkStack(int Number, int Inputs, int Filters, int Blocks)
{
    private const int Kernel = 3;

    /// <summary>conv 3x3 before all stacks, stride 1; a max-pool behind it halves the image.</summary>
    public static ConvolutionShape Stem { get; } = new(3, Architecture.StemFilters, Kernel, 1);

    /// <summary>First convolution of the first block.</summary>
    public ConvolutionShape Entry => new(Inputs, Filters, Kernel, Stride);

    /// <summary>Every other convolution 3x3.</summary>
    public ConvolutionShape Inner => new(Filters, Filters, Kernel, 1);

    /// <summary>conv 1x1 beside the first block where the shape changes; null: the identity.</summary>
    public ConvolutionShape? Shortcut => Stride == 1 ? null : new(Inputs, Filters, 1, Stride);

    private int Stride => Number == 1 ? 1 : 2;

    /// <summary>The stacks of an architecture.</summary>
    public static IEnumerable<NetworkStack> Of(Architecture architecture)
    {
        int inputs = Architecture.StemFilters;
        for (int number = 1; number <= architecture.Stacks; number++)
        {
            int filters = Architecture.StemFilters << (number - 1);
            yield return new NetworkStack(number, inputs, filters, architecture.Blocks);
            inputs = filters;
        }
    }

    /// <summary>Its convolutions, all with outputs of one size, and how many there are of each.</summary>
    public IEnumerable<(ConvolutionShape Shape, int Count)> Convolutions()
    {
        yield return (Entry, 1);
        yield return (Inner, (2 * Blocks) - 1);
        if (Shortcut is { } shortcut)
        {
            yield return (shortcut, 1);
        }
    }
}
