using ActiveInas.Compute;

namespace ActiveInas.PublicApi.Tests;

/// <summary>A device from outside: it hands everything on to another one and counts the convolutions.</summary>
internal sealed class OwnDevice(IDevice inner) : IDevice
{
    private int _convolutions;

    public int Convolutions => _convolutions;

    public string KernelName => "own";

    public StorageType Storage => inner.Storage;

    public int PreferredBatch => inner.PreferredBatch;

    public Tensor CreateTensor(TensorShape shape) => inner.CreateTensor(shape);

    public Matrix CreateMatrix(int rows, int columns) => inner.CreateMatrix(rows, columns);

    public void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        Interlocked.Increment(ref _convolutions);
        inner.ConvolutionForward(shape, x, w, y, norm);
    }

    public void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y)
        => inner.ConvolutionInference(shape, x, w, norm, residual, relu, y);

    public void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
        => inner.ConvolutionInferenceMaxPool(shape, x, w, norm, between, y);

    public void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
        => inner.ConvolutionBackwardData(shape, dy, w, dx, accumulate);

    public void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w) => inner.ConvolutionBackwardWeights(shape, x, dy, w);

    public void BatchNormApply(BatchNorm norm, Tensor x, Tensor? residual, bool relu, Tensor y) => inner.BatchNormApply(norm, x, residual, relu, y);

    public void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, bool relu, Tensor dy, Tensor dx, Tensor? dResidual)
        => inner.BatchNormBackward(norm, x, y, relu, dy, dx, dResidual);

    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y) => inner.BatchNormMaxPool(norm, x, y);

    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx) => inner.BatchNormMaxPoolBackward(norm, x, y, dy, dx);

    public void GlobalAveragePoolForward(Tensor x, Matrix embedding) => inner.GlobalAveragePoolForward(x, embedding);

    public void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx) => inner.GlobalAveragePoolBackward(dEmbedding, dx);

    public void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys) => inner.Dropout(x, rate, seed, sampleKeys);

    public void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits) => inner.DenseForward(x, w, b, logits);

    public void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx) => inner.DenseBackward(x, w, b, dLogits, dx);

    public void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place)
        => inner.SoftmaxCrossEntropy(logits, labels, dLogits, losses, place);

    public void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay)
        => inner.SgdStep(parameters, learningRate, momentum, weightDecay);

    public void Dispose() => inner.Dispose();
}
