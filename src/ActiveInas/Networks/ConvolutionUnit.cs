using ActiveInas.Architectures;
using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>A convolution without bias followed by batch normalisation, with an optional residual and ReLU: y = relu?(BN(x * w) + residual?).</summary>
internal sealed class ConvolutionUnit : IDisposable
{
    private readonly IDevice _device;
    private readonly Tensor? _convolved;

    public ConvolutionUnit(IDevice device, TensorPool pool, PlannedConvolution plan, NormSettings norm, int height, int width)
    {
        _device = device;
        Plan = plan;
        Height = plan.Shape.Output(height);
        Width = plan.Shape.Output(width);
        Weights = new Parameter(device, plan.Shape.WeightCount);
        Norm = new BatchNorm(device, plan.Shape.OutChannels, norm.Epsilon, norm.RunningWeight);
        _convolved = pool.Training ? pool.Create(plan.Shape.OutChannels, Height, Width) : null;
    }

    public PlannedConvolution Plan { get; }

    /// <summary>H' of the output.</summary>
    public int Height { get; }

    /// <summary>W' of the output.</summary>
    public int Width { get; }

    /// <summary>[Kernel, Kernel, C, K].</summary>
    public Parameter Weights { get; }

    public BatchNorm Norm { get; }

    public void Initialize(ulong seed)
    {
        ConvolutionShape shape = Plan.Shape;
        WeightInitializer.Start(
            Weights, WeightInitializer.Draw(seed, Plan.Name, shape.WeightCount, shape.Kernel * shape.Kernel * shape.InChannels));
        float[] ones = new float[shape.OutChannels];
        Array.Fill(ones, 1f);
        float[] zeros = new float[shape.OutChannels];
        WeightInitializer.Start(Norm.Scale, ones);
        WeightInitializer.Start(Norm.Shift, zeros);
        Norm.RunningMean.Write(zeros);
        Norm.RunningVariance.Write(ones);
    }

    public void Forward(Tensor x, Tensor? residual, bool relu, Tensor y, bool training)
    {
        if (training)
        {
            _device.ConvolutionForward(Plan.Shape, x, Weights, _convolved!, Norm);
            _device.BatchNormApply(Norm, _convolved!, residual, relu, y);
        }
        else
        {
            _device.ConvolutionInference(Plan.Shape, x, Weights, Norm, residual, relu, y);
        }
    }

    /// <summary>y = max-pool(relu(BN(x * w))), when training.</summary>
    public void ForwardPooled(Tensor x, Tensor y)
    {
        _device.ConvolutionForward(Plan.Shape, x, Weights, _convolved!, Norm);
        _device.BatchNormMaxPool(Norm, _convolved!, y);
    }

    /// <summary>y = max-pool(relu(BN(x * w))) with the running statistics; <paramref name="between"/> has the extent of the convolution.</summary>
    public void InferPooled(Tensor x, Tensor between, Tensor y)
        => _device.ConvolutionInferenceMaxPool(Plan.Shape, x, Weights, Norm, between, y);

    /// <summary>From dy (behind the pool) to the gradient at the convolution's output.</summary>
    public void BackwardPooled(Tensor y, Tensor dy, Tensor dConvolved)
        => _device.BatchNormMaxPoolBackward(Norm, _convolved!, y, dy, dConvolved);

    /// <summary>From dy (at y) to the gradient at the convolution's output, and the masked dy for the residual.</summary>
    public void BackwardNorm(Tensor y, bool relu, Tensor dy, Tensor dConvolved, Tensor? dResidual)
        => _device.BatchNormBackward(Norm, _convolved!, y, relu, dy, dConvolved, dResidual);

    /// <summary>From the gradient at the convolution's output to that of the weights and of x.</summary>
    public void BackwardConvolution(Tensor x, Tensor dConvolved, Tensor dx, bool accumulate)
    {
        _device.ConvolutionBackwardWeights(Plan.Shape, x, dConvolved, Weights);
        _device.ConvolutionBackwardData(Plan.Shape, dConvolved, Weights, dx, accumulate);
    }

    /// <summary>The gradient of the weights alone: the stem's input needs none.</summary>
    public void BackwardWeights(Tensor x, Tensor dConvolved)
        => _device.ConvolutionBackwardWeights(Plan.Shape, x, dConvolved, Weights);

    public void Dispose()
    {
        Weights.Dispose();
        Norm.Dispose();
    }
}
