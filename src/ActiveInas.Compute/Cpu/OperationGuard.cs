using System.Numerics;

namespace ActiveInas.Compute.Cpu;

/// <summary>Checks the arguments of every operation, for all families alike. Nothing is allocated unless a check fails.</summary>
internal static class OperationGuard
{
    /// <summary>The tensor as this device's own type, or an error that says whose it is.</summary>
    public static CpuTensor<T, A, S> Owned<T, A, S>(Tensor tensor, string role)
        where T : unmanaged
        where A : unmanaged, IBinaryFloatingPointIeee754<A>
        where S : struct, IStorage<T, A>
    {
        ArgumentNullException.ThrowIfNull(tensor, role);
        if (tensor is not CpuTensor<T, A, S> own)
        {
            throw Error(
                role,
                $"{role} is a {Describe(tensor)} made by another device; this device stores {S.Type}. Make it with this device's CreateTensor.");
        }

        return own;
    }

    /// <summary>The matrix as this device's own type, or an error that says whose it is.</summary>
    public static CpuMatrix<A> Owned<A>(Matrix matrix, string role)
        where A : unmanaged, IBinaryFloatingPointIeee754<A>
    {
        ArgumentNullException.ThrowIfNull(matrix, role);
        if (matrix is not CpuMatrix<A> own)
        {
            throw Error(
                role,
                $"{role} is a {Describe(matrix)} made by another device; this device calculates in {typeof(A).Name}. Make it with this device's CreateMatrix.");
        }

        return own;
    }

    /// <summary>x [N, C, H, W], w [Kernel, Kernel, C, K], y [N, K, H', W']; the backward passes give their dx and dy with their names.</summary>
    public static void Convolution(ConvolutionShape shape, Tensor x, string xRole, Parameter w, Tensor y, string yRole)
    {
        NotNull(x, xRole, y, yRole);
        ArgumentNullException.ThrowIfNull(w);
        if (shape.Kernel is not (1 or 3) || shape.Stride is not (1 or 2) || shape.InChannels < 1 || shape.OutChannels < 1)
        {
            throw Error(nameof(shape), $"{shape} cannot be run: the kernel must be 1 or 3, the stride 1 or 2, the channels positive.");
        }

        Channels(x, xRole, shape.InChannels);
        Channels(y, yRole, shape.OutChannels);
        Length(w, nameof(w), shape.WeightCount);
        Extent(x, xRole, y, yRole, shape.Output(x.Shape.Height), shape.Output(x.Shape.Width));
        Distinct(x, xRole, y, yRole);
    }

    /// <summary>x, residual and y of one extent, with the channels of the state.</summary>
    public static void BatchNorm(BatchNorm norm, Tensor x, Tensor? residual, Tensor y)
    {
        ArgumentNullException.ThrowIfNull(norm);
        NotNull(x, nameof(x), y, nameof(y));
        Channels(x, nameof(x), norm.Channels);
        Same(x, nameof(x), y, nameof(y));
        if (residual is not null)
        {
            Same(x, nameof(x), residual, nameof(residual));
        }

        NotEmpty(x);
    }

    /// <summary>A convolution whose result is normalised and joined with a residual of its extent.</summary>
    public static void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, Tensor y)
    {
        Convolution(shape, x, nameof(x), w, y, nameof(y));
        BatchNorm(norm, y, residual, y);
    }

    /// <summary>A convolution whose result is normalised and pooled to half of its extent.</summary>
    public static void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
    {
        Convolution(shape, x, nameof(x), w, between, nameof(between));
        BatchNorm(norm, between, null, between);
        MaxPool(between, nameof(between), y, nameof(y));
    }

    /// <summary>All of one extent; dx and dResidual are two tensors.</summary>
    public static void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx, Tensor? dResidual)
    {
        BatchNorm(norm, x, null, y);
        NotNull(dy, nameof(dy), dx, nameof(dx));
        Same(x, nameof(x), dy, nameof(dy));
        Same(x, nameof(x), dx, nameof(dx));
        if (dResidual is not null)
        {
            Same(x, nameof(x), dResidual, nameof(dResidual));
            Distinct(dx, nameof(dx), dResidual, nameof(dResidual));
        }
    }

    /// <summary>y has half the extent of x, rounded up.</summary>
    public static void MaxPool(Tensor x, string xRole, Tensor y, string yRole)
    {
        NotNull(x, xRole, y, yRole);
        Channels(y, yRole, x.Shape.Channels);
        Extent(x, xRole, y, yRole, ((x.Shape.Height - 1) / 2) + 1, ((x.Shape.Width - 1) / 2) + 1);
        Distinct(x, xRole, y, yRole);
    }

    /// <summary>x and dx of one extent, with the channels of the state; y and dy of half of it.</summary>
    public static void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        BatchNorm(norm, x, null, x);
        MaxPool(x, nameof(x), y, nameof(y));
        MaxPool(x, nameof(x), dy, nameof(dy));
        ArgumentNullException.ThrowIfNull(dx);
        Same(x, nameof(x), dx, nameof(dx));
        Distinct(x, nameof(x), dx, nameof(dx));
    }

    /// <summary>x [N, C, H, W], embedding [N, C].</summary>
    public static void GlobalAveragePool(Tensor x, string xRole, Matrix embedding, string embeddingRole)
    {
        ArgumentNullException.ThrowIfNull(x, xRole);
        ArgumentNullException.ThrowIfNull(embedding, embeddingRole);
        if (embedding.Columns != x.Shape.Channels || embedding.UsedRows != x.Images)
        {
            throw Error(
                embeddingRole,
                $"{embeddingRole} is {Describe(embedding)}, {xRole} is {Describe(x)}: {embeddingRole} must be [{x.Images}, {x.Shape.Channels}]. Set UsedRows to the images of the batch.");
        }
    }

    /// <summary>A rate in 0..1 and one key a row.</summary>
    public static void Dropout(Matrix x, double rate, ReadOnlySpan<int> sampleKeys)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!(rate >= 0 && rate <= 1))
        {
            throw Error(nameof(rate), $"The dropout rate is {rate}; it must lie in 0..1.");
        }

        if (sampleKeys.Length != x.UsedRows)
        {
            throw Error(nameof(sampleKeys), $"There are {sampleKeys.Length} sample keys for {x.UsedRows} rows; give one key a row.");
        }
    }

    /// <summary>x [N, D], w [D, classes], b [classes], logits [N, classes]; dLogits has the extent of logits.</summary>
    public static void Dense(Matrix x, string xRole, Parameter w, Parameter b, Matrix logits, string logitsRole)
    {
        ArgumentNullException.ThrowIfNull(x, xRole);
        ArgumentNullException.ThrowIfNull(w);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(logits, logitsRole);
        Length(w, nameof(w), x.Columns * logits.Columns);
        Length(b, nameof(b), logits.Columns);
        if (x.UsedRows != logits.UsedRows)
        {
            throw Error(logitsRole, $"{xRole} is {Describe(x)}, {logitsRole} is {Describe(logits)}: they must use the same number of rows.");
        }

        if (ReferenceEquals(x, logits))
        {
            throw Error(logitsRole, $"{xRole} and {logitsRole} must be two matrices.");
        }
    }

    /// <summary>As <see cref="Dense"/>; dx has the extent of x.</summary>
    public static void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx)
    {
        Dense(x, nameof(x), w, b, dLogits, nameof(dLogits));
        if (dx is not null)
        {
            Same(x, nameof(x), dx, nameof(dx));
        }
    }

    /// <summary>logits and dLogits of one extent, one label in 0..classes-1 a row, at least one row, a place for the loss.</summary>
    public static void Loss(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(dLogits);
        ArgumentNullException.ThrowIfNull(losses);
        if (losses.Rows != 1 || (uint)place >= (uint)losses.Columns)
        {
            throw Error(nameof(place), $"losses is {Describe(losses)} and place {place}; losses must be [1, K] and place lie in 0..K-1.");
        }

        Same(logits, nameof(logits), dLogits, nameof(dLogits));
        if (labels.Length != logits.UsedRows || labels.IsEmpty)
        {
            throw Error(nameof(labels), $"There are {labels.Length} labels for {logits.UsedRows} rows; give one label a row and at least one row.");
        }

        for (int n = 0; n < labels.Length; n++)
        {
            if ((uint)labels[n] >= (uint)logits.Columns)
            {
                throw Error(nameof(labels), $"The label of row {n} is {labels[n]}; with {logits.Columns} classes it must lie in 0..{logits.Columns - 1}.");
            }
        }
    }

    /// <summary>Finite settings.</summary>
    public static void Sgd(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!double.IsFinite(learningRate) || !double.IsFinite(momentum) || !double.IsFinite(weightDecay))
        {
            throw Error(
                nameof(learningRate),
                $"Learning rate {learningRate}, momentum {momentum} and weight decay {weightDecay} must be finite. Check the recipe's schedule.");
        }
    }

    private static void NotNull(Tensor a, string aRole, Tensor b, string bRole)
    {
        ArgumentNullException.ThrowIfNull(a, aRole);
        ArgumentNullException.ThrowIfNull(b, bRole);
    }

    private static void NotEmpty(Tensor x)
    {
        if (x.Images == 0)
        {
            throw Error(nameof(x), $"x is {Describe(x)}; the operation needs at least one image.");
        }
    }

    private static void Channels(Tensor tensor, string role, int channels)
    {
        if (tensor.Shape.Channels != channels)
        {
            throw Error(role, $"{role} is {Describe(tensor)}; it must have {channels} channels.");
        }
    }

    private static void Length(Parameter parameter, string role, int length)
    {
        if (parameter.Length != length)
        {
            throw Error(role, $"{role} holds {parameter.Length} values; it must hold {length}.");
        }
    }

    private static void Extent(Tensor x, string xRole, Tensor y, string yRole, int height, int width)
    {
        if (y.Shape.Height != height || y.Shape.Width != width || y.Images != x.Images)
        {
            throw Error(
                yRole,
                $"{xRole} is {Describe(x)}, {yRole} is {Describe(y)}: {yRole} must have {x.Images} images of {height} x {width}. Set Images of every tensor of a short batch.");
        }
    }

    private static void Same(Tensor a, string aRole, Tensor b, string bRole)
    {
        Channels(b, bRole, a.Shape.Channels);
        Extent(a, aRole, b, bRole, a.Shape.Height, a.Shape.Width);
    }

    private static void Same(Matrix a, string aRole, Matrix b, string bRole)
    {
        if (a.Columns != b.Columns || a.UsedRows != b.UsedRows)
        {
            throw Error(bRole, $"{aRole} is {Describe(a)}, {bRole} is {Describe(b)}: they must agree. Set UsedRows of every matrix of a short batch.");
        }
    }

    private static void Distinct(Tensor a, string aRole, Tensor b, string bRole)
    {
        if (ReferenceEquals(a, b))
        {
            throw Error(bRole, $"{aRole} and {bRole} are one tensor; this operation needs two.");
        }
    }

    private static string Describe(Tensor tensor)
        => $"{tensor.GetType().Name} [{tensor.Images} of {tensor.Shape.Images}, {tensor.Shape.Channels}, {tensor.Shape.Height}, {tensor.Shape.Width}]";

    private static string Describe(Matrix matrix) => $"{matrix.GetType().Name} [{matrix.UsedRows} of {matrix.Rows}, {matrix.Columns}]";

    private static ArgumentException Error(string role, string message) => new(message, role);
}
