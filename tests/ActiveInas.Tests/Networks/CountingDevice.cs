using ActiveInas.Compute;

namespace ActiveInas.Tests.Networks;

/// <summary>A device without memory or arithmetic: it records what a network asks for.</summary>
internal sealed class CountingDevice : IDevice
{
    public List<TensorShape> Tensors { get; } = [];

    public long MatrixScalars { get; private set; }

    public string KernelName => "counting";

    public StorageType Storage => StorageType.BFloat16;

    /// <summary>Bytes of the tensors in bf16 with the border of the blocked layout, and of the fp32 matrices.</summary>
    public long Bytes
        => (MatrixScalars * 4) + Tensors.Sum(s => 2L * s.Images * (s.Height + 1) * (s.Width + 1) * (s.Channels <= 4 ? 4 : (s.Channels + 31) / 32 * 32));

    public Tensor CreateTensor(TensorShape shape)
    {
        Tensors.Add(shape);
        return new EmptyTensor(shape);
    }

    public Matrix CreateMatrix(int rows, int columns)
    {
        MatrixScalars += (long)rows * columns;
        return new EmptyMatrix(rows, columns);
    }

    public void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null) => throw new NotSupportedException();

    public void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate) => throw new NotSupportedException();

    public void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w) => throw new NotSupportedException();

    public void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y) => throw new NotSupportedException();

    public void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
        => throw new NotSupportedException();

    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y) => throw new NotSupportedException();

    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx) => throw new NotSupportedException();

    public void BatchNormApply(BatchNorm norm, Tensor x, Tensor? residual, bool relu, Tensor y) => throw new NotSupportedException();

    public void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, bool relu, Tensor dy, Tensor dx, Tensor? dResidual) => throw new NotSupportedException();

    public void GlobalAveragePoolForward(Tensor x, Matrix embedding) => throw new NotSupportedException();

    public void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx) => throw new NotSupportedException();

    public void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys) => throw new NotSupportedException();

    public void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits) => throw new NotSupportedException();

    public void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx) => throw new NotSupportedException();

    public void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place) => throw new NotSupportedException();

    public void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class EmptyTensor(TensorShape shape) : Tensor(shape)
    {
        public override void Write(ReadOnlySpan<float> values)
        {
        }

        public override void Read(Span<float> values) => values.Clear();

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class EmptyMatrix(int rows, int columns) : Matrix(rows, columns)
    {
        public override void Write(ReadOnlySpan<float> values)
        {
        }

        public override void Read(Span<float> values) => values.Clear();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
