using ActiveInas.Compute;

namespace ActiveInas.Architectures;

/// <summary>A convolution and the batch normalisation behind it.</summary>
/// <param name="Name">For example <c>layer1.0.conv1</c>.</param>
/// <param name="NormName">For example <c>layer1.0.bn1</c>.</param>
/// <param name="Shape">Of the convolution.</param>
public sealed record PlannedConvolution(string Name, string NormName, ConvolutionShape Shape);

/// <summary>A basic residual block.</summary>
/// <param name="Name">For example <c>layer1.0</c>.</param>
/// <param name="First">conv3x3, with the block's stride.</param>
/// <param name="Second">conv3x3.</param>
/// <param name="Shortcut">conv1x1 with the block's stride where the shape changes; null for the identity.</param>
public sealed record PlannedBlock(string Name, PlannedConvolution First, PlannedConvolution Second, PlannedConvolution? Shortcut);

/// <summary>
/// The layers of A(B_r, i, j) with their names and shapes, without any memory: networks and files are made from it. Layer names are those of torchvision's
/// residual networks.
/// </summary>
/// <remarks>Geifman and El-Yaniv, arXiv 1811.07579: stem conv 3x3 of 64 filters; stack s of 64 * 2^(s-1) filters; the first block of stacks
/// 2..j has stride 2 and a projection shortcut.</remarks>
public sealed class NetworkPlan
{
    /// <summary>Plans a network.</summary>
    /// <exception cref="ArgumentException">No such network exists.</exception>
    public NetworkPlan(NetworkShape shape)
    {
        shape.Validate();
        Shape = shape;
        Stem = new PlannedConvolution("conv1", "bn1", NetworkStack.Stem);
        Blocks = PlanBlocks(shape).ToArray();
        EmbeddingLength = shape.Architecture.EmbeddingLength;
    }

    /// <summary>What was planned.</summary>
    public NetworkShape Shape { get; }

    /// <summary>conv 3x3, 64 filters, stride 1.</summary>
    public PlannedConvolution Stem { get; }

    /// <summary>All blocks in order.</summary>
    public IReadOnlyList<PlannedBlock> Blocks { get; }

    /// <summary>D: channels of the last stack.</summary>
    public int EmbeddingLength { get; }

    /// <summary>Every convolution in the order of the forward pass (a block's shortcut last).</summary>
    public IEnumerable<PlannedConvolution> Convolutions()
    {
        yield return Stem;
        foreach (PlannedBlock block in Blocks)
        {
            yield return block.First;
            yield return block.Second;
            if (block.Shortcut is { } shortcut)
            {
                yield return shortcut;
            }
        }
    }

    private static IEnumerable<PlannedBlock> PlanBlocks(NetworkShape shape)
    {
        foreach (NetworkStack stack in NetworkStack.Of(shape.Architecture))
        {
            for (int index = 0; index < stack.Blocks; index++)
            {
                string name = $"layer{stack.Number}.{index}";
                bool isFirst = index == 0;
                yield return new PlannedBlock(
                    name,
                    new PlannedConvolution($"{name}.conv1", $"{name}.bn1", isFirst ? stack.Entry : stack.Inner),
                    new PlannedConvolution($"{name}.conv2", $"{name}.bn2", stack.Inner),
                    isFirst && stack.Shortcut is { } shortcut ? new PlannedConvolution($"{name}.downsample.0", $"{name}.downsample.1", shortcut) : null);
            }
        }
    }
}
