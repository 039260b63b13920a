using ActiveInas.Architectures;
using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>
/// B_r: y = relu(BN(conv(relu(BN(conv(x))))) + shortcut(x)); the shortcut is the identity, or conv 1x1 + BN where the shape changes
/// (He et al., arXiv 1512.03385).
/// </summary>
/// <remarks>Backward needs three gradients of the output's shape and no pass that only adds: the normalisation of the second convolution
/// turns dy into the shortcut's gradient in place, and the first convolution's backward-data pass adds to it.</remarks>
internal sealed class ResidualBlock : IDisposable
{
    private readonly Tensor _middle;
    private readonly Tensor? _projected;
    private readonly Tensor? _secondGradient;
    private readonly Tensor? _firstGradient;

    public ResidualBlock(IDevice device, TensorPool pool, PlannedBlock plan, NormSettings norm, int height, int width, int index)
    {
        First = new ConvolutionUnit(device, pool, plan.First, norm, height, width);
        int channels = plan.Second.Shape.OutChannels;
        Height = First.Height;
        Width = First.Width;
        Second = new ConvolutionUnit(device, pool, plan.Second, norm, Height, Width);
        if (plan.Shortcut is { } shortcut)
        {
            Shortcut = new ConvolutionUnit(device, pool, shortcut, norm, height, width);
            _projected = pool.Activation(channels, Height, Width, TensorRole.Shortcut);
        }

        _middle = pool.Activation(channels, Height, Width, TensorRole.Middle);
        Output = pool.Activation(channels, Height, Width, index % 2 == 0 ? TensorRole.EvenBlock : TensorRole.OddBlock);
        OutputGradient = pool.Gradient(channels, Height, Width, TensorRole.BlockGradient);
        _secondGradient = pool.Gradient(channels, Height, Width, TensorRole.SecondGradient);
        _firstGradient = pool.Gradient(channels, Height, Width, TensorRole.FirstGradient);
    }

    public ConvolutionUnit First { get; }

    public ConvolutionUnit Second { get; }

    public ConvolutionUnit? Shortcut { get; }

    public Tensor Output { get; }

    /// <summary>Where the next layer leaves the gradient of <see cref="Output"/>.</summary>
    public Tensor? OutputGradient { get; }

    public int Height { get; }

    public int Width { get; }

    public void Forward(Tensor x, bool training)
    {
        First.Forward(x, residual: null, relu: true, _middle, training);
        Tensor residual = x;
        if (Shortcut is { } shortcut)
        {
            shortcut.Forward(x, residual: null, relu: false, _projected!, training);
            residual = _projected!;
        }

        Second.Forward(_middle, residual, relu: true, Output, training);
    }

    /// <summary>Backward from <see cref="OutputGradient"/>; with the identity shortcut <paramref name="dx"/> is that same tensor.</summary>
    public void Backward(Tensor x, Tensor dx)
    {
        Tensor dy = OutputGradient!;
        Second.BackwardNorm(Output, relu: true, dy, _secondGradient!, dResidual: dy);
        Second.BackwardConvolution(_middle, _secondGradient!, _firstGradient!, accumulate: false);
        First.BackwardNorm(_middle, relu: true, _firstGradient!, _firstGradient!, dResidual: null);
        if (Shortcut is { } shortcut)
        {
            First.BackwardConvolution(x, _firstGradient!, dx, accumulate: false);
            shortcut.BackwardNorm(_projected!, relu: false, dy, dy, dResidual: null);
            shortcut.BackwardConvolution(x, dy, dx, accumulate: true);
        }
        else
        {
            First.BackwardConvolution(x, _firstGradient!, dx, accumulate: true);
        }
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
        Shortcut?.Dispose();
    }
}
