namespace ActiveInas.Compute.Tests.Contract;

/// <summary>A device whose tensors and matrices lie apart from what the host sees: every operation copies its arguments to another device, runs there and
/// copies back. Only <c>Write</c> and <c>Read</c> reach its memory.</summary>
internal sealed class ApartDevice(string name, IDevice inner) : IDevice
{
    public string KernelName => name;

    public StorageType Storage => inner.Storage;

    public int PreferredBatch => inner.PreferredBatch;

    public Tensor CreateTensor(TensorShape shape) => new ApartTensor(inner, shape);

    public Matrix CreateMatrix(int rows, int columns) => new ApartMatrix(inner, rows, columns);

    public void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        using Copies copies = new(inner);
        inner.ConvolutionForward(shape, copies.Of(x), copies.Of(w), copies.Of(y), norm is null ? null : copies.Of(norm));
        copies.Return();
    }

    public void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y)
    {
        using Copies copies = new(inner);
        inner.ConvolutionInference(shape, copies.Of(x), copies.Of(w), copies.Of(norm), residual is null ? null : copies.Of(residual), relu, copies.Of(y));
        copies.Return();
    }

    public void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
    {
        using Copies copies = new(inner);
        inner.ConvolutionInferenceMaxPool(shape, copies.Of(x), copies.Of(w), copies.Of(norm), copies.Of(between), copies.Of(y));
        copies.Return();
    }

    public void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        using Copies copies = new(inner);
        inner.ConvolutionBackwardData(shape, copies.Of(dy), copies.Of(w), copies.Of(dx), accumulate);
        copies.Return();
    }

    public void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w)
    {
        using Copies copies = new(inner);
        inner.ConvolutionBackwardWeights(shape, copies.Of(x), copies.Of(dy), copies.Of(w));
        copies.Return();
    }

    public void BatchNormApply(BatchNorm norm, Tensor x, Tensor? residual, bool relu, Tensor y)
    {
        using Copies copies = new(inner);
        inner.BatchNormApply(copies.Of(norm), copies.Of(x), residual is null ? null : copies.Of(residual), relu, copies.Of(y));
        copies.Return();
    }

    public void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, bool relu, Tensor dy, Tensor dx, Tensor? dResidual)
    {
        using Copies copies = new(inner);
        inner.BatchNormBackward(
            copies.Of(norm), copies.Of(x), copies.Of(y), relu, copies.Of(dy), copies.Of(dx), dResidual is null ? null : copies.Of(dResidual));
        copies.Return();
    }

    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y)
    {
        using Copies copies = new(inner);
        inner.BatchNormMaxPool(copies.Of(norm), copies.Of(x), copies.Of(y));
        copies.Return();
    }

    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        using Copies copies = new(inner);
        inner.BatchNormMaxPoolBackward(copies.Of(norm), copies.Of(x), copies.Of(y), copies.Of(dy), copies.Of(dx));
        copies.Return();
    }

    public void GlobalAveragePoolForward(Tensor x, Matrix embedding)
    {
        using Copies copies = new(inner);
        inner.GlobalAveragePoolForward(copies.Of(x), copies.Of(embedding));
        copies.Return();
    }

    public void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx)
    {
        using Copies copies = new(inner);
        inner.GlobalAveragePoolBackward(copies.Of(dEmbedding), copies.Of(dx));
        copies.Return();
    }

    public void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys)
    {
        using Copies copies = new(inner);
        inner.Dropout(copies.Of(x), rate, seed, sampleKeys);
        copies.Return();
    }

    public void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits)
    {
        using Copies copies = new(inner);
        inner.DenseForward(copies.Of(x), copies.Of(w), copies.Of(b), copies.Of(logits));
        copies.Return();
    }

    public void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx)
    {
        using Copies copies = new(inner);
        inner.DenseBackward(copies.Of(x), copies.Of(w), copies.Of(b), copies.Of(dLogits), dx is null ? null : copies.Of(dx));
        copies.Return();
    }

    public void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place)
    {
        using Copies copies = new(inner);
        inner.SoftmaxCrossEntropy(copies.Of(logits), labels, copies.Of(dLogits), copies.Of(losses), place);
        copies.Return();
    }

    public void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay)
    {
        using Copies copies = new(inner);
        inner.SgdStep([.. parameters.Select(copies.Of)], learningRate, momentum, weightDecay);
        copies.Return();
    }

    public void Dispose() => inner.Dispose();

    /// <summary>The arguments of one call on the other device, each once.</summary>
    private sealed class Copies(IDevice inner) : IDisposable
    {
        private readonly Dictionary<object, IDisposable> _all = new(ReferenceEqualityComparer.Instance);
        private readonly List<(Matrix Matrix, Matrix Copy)> _matrices = [];

        public Tensor Of(Tensor tensor)
            => (Tensor)Once(tensor, () =>
            {
                ApartTensor own = tensor as ApartTensor ?? throw Foreign(tensor.GetType(), "CreateTensor");
                Tensor copy = inner.CreateTensor(tensor.Shape);
                own.CopyTo(copy);
                return copy;
            });

        public Matrix Of(Matrix matrix)
            => (Matrix)Once(matrix, () =>
            {
                Matrix copy = inner.CreateMatrix(matrix.Rows, matrix.Columns);
                Fill(copy, matrix);
                return copy;
            });

        public Parameter Of(Parameter parameter)
            => (Parameter)Once(parameter, () =>
            {
                Parameter copy = new(inner, parameter.Length, parameter.Decays);
                Fill(copy, parameter);
                return copy;
            });

        public BatchNorm Of(BatchNorm norm)
            => (BatchNorm)Once(norm, () =>
            {
                BatchNorm copy = new(inner, norm.Channels, norm.Epsilon, norm.RunningWeight);
                Fill(copy.Scale, norm.Scale);
                Fill(copy.Shift, norm.Shift);
                Fill(copy.RunningMean, norm.RunningMean);
                Fill(copy.RunningVariance, norm.RunningVariance);
                Fill(copy.BatchMean, norm.BatchMean);
                Fill(copy.BatchInverseDeviation, norm.BatchInverseDeviation);
                return copy;
            });

        /// <summary>What the call has written, and everything else as it was.</summary>
        public void Return()
        {
            foreach ((object argument, IDisposable copy) in _all)
            {
                (argument as ApartTensor)?.CopyFrom((Tensor)copy);
            }

            foreach ((Matrix matrix, Matrix copy) in _matrices)
            {
                ((ApartMatrix)matrix).CopyFrom(copy);
            }
        }

        public void Dispose()
        {
            foreach (IDisposable copy in _all.Values)
            {
                copy.Dispose();
            }
        }

        private static ArgumentException Foreign(Type type, string method)
            => new($"the argument is a {type.Name} made by another device; make it with this device's {method}.");

        private IDisposable Once(object? argument, Func<IDisposable> make)
        {
            ArgumentNullException.ThrowIfNull(argument);
            if (!_all.TryGetValue(argument, out IDisposable? copy))
            {
                copy = make();
                _all.Add(argument, copy);
            }

            return copy;
        }

        private void Fill(Parameter copy, Parameter parameter)
        {
            Fill(copy.Values, parameter.Values);
            Fill(copy.Gradient, parameter.Gradient);
            Fill(copy.Velocity, parameter.Velocity);
        }

        private void Fill(Matrix copy, Matrix matrix)
        {
            (matrix as ApartMatrix ?? throw Foreign(matrix.GetType(), "CreateMatrix")).CopyTo(copy);
            _matrices.Add((matrix, copy));
        }
    }

    /// <summary>The whole capacity lies on the other device.</summary>
    private sealed class ApartTensor(IDevice inner, TensorShape shape) : Tensor(shape)
    {
        private readonly Tensor _memory = inner.CreateTensor(shape);

        public override void Write(ReadOnlySpan<float> values) => Synchronised().Write(values);

        public override void Read(Span<float> values) => Synchronised().Read(values);

        public void CopyTo(Tensor copy) => Copy(_memory, copy, Images);

        public void CopyFrom(Tensor copy) => Copy(copy, _memory, Images);

        protected override void Dispose(bool disposing) => _memory.Dispose();

        private static void Copy(Tensor from, Tensor to, int images)
        {
            float[] values = new float[from.Shape.Images * from.Shape.Channels * from.Shape.Height * from.Shape.Width];
            (from.Images, to.Images) = (from.Shape.Images, to.Shape.Images);
            from.Read(values);
            to.Write(values);
            (from.Images, to.Images) = (images, images);
        }

        private Tensor Synchronised()
        {
            _memory.Images = Images;
            return _memory;
        }
    }

    private sealed class ApartMatrix(IDevice inner, int rows, int columns) : Matrix(rows, columns)
    {
        private readonly Matrix _memory = inner.CreateMatrix(rows, columns);

        public override void Write(ReadOnlySpan<float> values) => Synchronised().Write(values);

        public override void Read(Span<float> values) => Synchronised().Read(values);

        public void CopyTo(Matrix copy) => Copy(_memory, copy, UsedRows);

        public void CopyFrom(Matrix copy) => Copy(copy, _memory, UsedRows);

        protected override void Dispose(bool disposing) => _memory.Dispose();

        private static void Copy(Matrix from, Matrix to, int rows)
        {
            float[] values = new float[from.Rows * from.Columns];
            (from.UsedRows, to.UsedRows) = (from.Rows, to.Rows);
            from.Read(values);
            to.Write(values);
            (from.UsedRows, to.UsedRows) = (rows, rows);
        }

        private Matrix Synchronised()
        {
            _memory.UsedRows = UsedRows;
            return _memory;
        }
    }
}
