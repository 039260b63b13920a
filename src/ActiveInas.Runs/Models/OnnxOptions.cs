namespace ActiveInas.Runs.Models;

/// <summary>Variants of an ONNX file.</summary>
public sealed record OnnxOptions
{
    /// <summary>Puts every batch normalisation into the convolution before it: fewer nodes, sums in another order.</summary>
    public bool Fold { get; init; }

    /// <summary>Stores the weights of convolutions and of the dense layer as 16-bit floats, half the size; all computing stays in 32 bits.</summary>
    public bool Half { get; init; }
}
