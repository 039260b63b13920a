using ActiveInas.Architectures;
using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>conv 3x3, 64 filters, stride 1 -> BN -> ReLU -> max-pool 3x3 stride 2. The gradient of its input is never computed.</summary>
internal sealed class Stem : IDisposable
{
    /// <summary>The gradient at the convolution's output when training; at inference, which needs none, what lies before the pool.</summary>
    private readonly Tensor _middle;

    public Stem(IDevice device, TensorPool pool, NetworkPlan plan, NormSettings norm)
    {
        (_, _, int height, int width) = plan.Shape;
        int channels = plan.Stem.Shape.OutChannels;
        Input = pool.Create(plan.Stem.Shape.InChannels, height, width);
        Unit = new ConvolutionUnit(device, pool, plan.Stem, norm, height, width);
        _middle = pool.Gradient(channels, height, width, TensorRole.FirstGradient) ?? pool.Activation(channels, height, width, TensorRole.Middle);
        Height = ((height - 1) / 2) + 1;
        Width = ((width - 1) / 2) + 1;
        Output = pool.Activation(channels, Height, Width, TensorRole.OddBlock);
        OutputGradient = pool.Gradient(channels, Height, Width, TensorRole.BlockGradient);
    }

    public ConvolutionUnit Unit { get; }

    /// <summary>[N, 3, H, W].</summary>
    public Tensor Input { get; }

    /// <summary>[N, 64, H / 2, W / 2], rounded up.</summary>
    public Tensor Output { get; }

    /// <summary>Where the first block leaves the gradient of <see cref="Output"/>.</summary>
    public Tensor? OutputGradient { get; }

    public int Height { get; }

    public int Width { get; }

    public void Forward(bool training)
    {
        if (training)
        {
            Unit.ForwardPooled(Input, Output);
        }
        else
        {
            Unit.InferPooled(Input, _middle, Output);
        }
    }

    public void Backward()
    {
        Unit.BackwardPooled(Output, OutputGradient!, _middle);
        Unit.BackwardWeights(Input, _middle);
    }

    public void Dispose() => Unit.Dispose();
}
