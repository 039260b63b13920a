using System.Text.Json.Serialization;
using ActiveInas.Compute;

namespace ActiveInas.Architectures;

public readonly partial record struct Architecture
{
    /// <summary>Filters of the stem and of stack 1; every further stack doubles them.</summary>
    public const int StemFilters = 64;

    /// <summary>Basic residual blocks in all: i * j.</summary>
    [JsonIgnore]
    public int TotalBlocks => Blocks * Stacks;

    /// <summary>D, length of the embedding: the filters of the last stack, 64 * 2^(j-1).</summary>
    [JsonIgnore]
    public int EmbeddingLength => StemFilters << (Stacks - 1);

    /// <summary>Most stacks that images of this size allow: the largest j with 2^j &lt;= min(height, width). 0: too small for any network.</summary>
    public static int MaximumStacks(int height, int width)
    {
        int stacks = 0;
        for (int side = Math.Min(height, width); side >= 2; side /= 2)
        {
            stacks++;
        }

        return stacks;
    }

    /// <summary>Refuses images that are too small for so many stacks.</summary>
    /// <exception cref="ConfigurationException">They are.</exception>
    public void RequireFits(int height, int width)
    {
        int most = MaximumStacks(height, width);
        if (Blocks < 1 || Stacks < 1 || Stacks > most)
        {
            throw new ConfigurationException(
                $"{this} does not fit images of {height}x{width} pixels, which allow 1 to {most} stacks "
                + "(j stacks need at least 2^j pixels a side). Choose fewer stacks or a larger `imageSize`.");
        }
    }

    /// <summary>Trainable parameters: convolutions without bias, scale and shift of each batch normalisation, dense weights and biases.</summary>
    /// <example><code>long count = new Architecture(2, 4).ParameterCount(10); // 11,173,962: Resnet-18</code></example>
    public long ParameterCount(int classes)
    {
        return Normalised(NetworkStack.Stem)
            + NetworkStack.Of(this).Sum(stack => stack.Convolutions().Sum(unit => unit.Count * Normalised(unit.Shape)))
            + ((EmbeddingLength + 1L) * classes);

        static long Normalised(ConvolutionShape shape) => Weights(shape) + (2L * shape.OutChannels);
    }

    /// <summary>FLOPs of one forward pass of one image: convolutions and the dense layer, a multiply-add counts 2.</summary>
    /// <param name="height">H of the image in pixels.</param>
    /// <param name="width">W of the image in pixels.</param>
    /// <param name="classes">Classes.</param>
    public long ForwardFlops(int height, int width, int classes)
    {
        long multiplyAdds = (long)height * width * Weights(NetworkStack.Stem);
        (int h, int w) = (height, width);
        foreach (NetworkStack stack in NetworkStack.Of(this))
        {
            // By the max-pool before stack 1, by the stride of the others.
            (h, w) = (Halved(h), Halved(w));
            multiplyAdds += (long)h * w * stack.Convolutions().Sum(unit => unit.Count * Weights(unit.Shape));
        }

        return 2 * (multiplyAdds + ((long)EmbeddingLength * classes));
    }

    // Wider than ConvolutionShape.WeightCount: the largest architectures that have a name are larger than memory.
    private static long Weights(ConvolutionShape shape) => (long)shape.Kernel * shape.Kernel * shape.InChannels * shape.OutChannels;

    // Max-pool 3x3 and convolutions of stride 2, both padded by 1 (3x3) or 0 (1x1), shrink a side alike.
    private static int Halved(int side) => ((side - 1) / 2) + 1;
}
