namespace ActiveInas.Compute;

/// <summary>What the layers of a network call. Networks and trainings know a device by this alone; what chooses, records and measures kernels knows the rows of
/// <see cref="KernelTable"/> too.</summary>
/// <remarks>
/// Symbols, the same everywhere: x input, y output, dy gradient of the loss with respect to y, dx with respect to x, w weights
/// [Kernel, Kernel, C, K], dw their gradient. Activations are rounded to the storage type when an operation writes them; sums are
/// kept in the arithmetic type. Every result is the same for every thread count, and whatever ran before.
/// One caller at a time. Memory may lie apart from that of the host, and an operation may still run when its call returns: <c>Read</c> of a tensor or matrix waits
/// for what was called before it, so that it is best asked seldom.
/// </remarks>
public interface IDevice : IDisposable
{
    /// <summary>Name of the kernel-table row, for example <c>vector-avx512-bf16</c>.</summary>
    string KernelName { get; }

    /// <summary>Storage type of the tensors this device makes.</summary>
    StorageType Storage { get; }

    /// <summary>Images of 32 x 32 pixels that an inference best works on at once: enough to keep the device busy. Results do not depend on it.</summary>
    int PreferredBatch => 128;

    /// <summary>Makes a zeroed activation tensor.</summary>
    Tensor CreateTensor(TensorShape shape);

    /// <summary>Makes a zeroed matrix.</summary>
    Matrix CreateMatrix(int rows, int columns);

    /// <summary>y = x * w (cross-correlation). x is [N, C, H, W], y is [N, K, H', W']. With <paramref name="norm"/>, mean and variance of each channel
    /// of y (as it is stored) are saved in it for <see cref="BatchNormApply"/> and the backward pass, and its running statistics move towards them.</summary>
    void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null);

    /// <summary>y = relu?(scale (x * w - mean) / sqrt(var + epsilon) + shift + residual?) with the running statistics, rounded once.</summary>
    void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y);

    /// <summary>y = max-pool(relu(<see cref="ConvolutionInference"/> of x)), 3x3, stride 2, padding 1: what lies between need not leave the caches.</summary>
    /// <param name="shape">Kernel, stride, channels.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="w">[Kernel, Kernel, C, K].</param>
    /// <param name="norm">Of K channels.</param>
    /// <param name="between">[N, K, H', W'], for the device to use as it likes: its values are undefined afterwards.</param>
    /// <param name="y">[N, K, (H' - 1) / 2 + 1, (W' - 1) / 2 + 1]. Padding never wins, NaN does.</param>
    void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y);

    /// <summary>dx = dy * w transposed; with <paramref name="accumulate"/> it is added to what dx holds (one rounding).</summary>
    void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate);

    /// <summary>Overwrites the gradient of w with the sum over images and positions.</summary>
    void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w);

    /// <summary>y = relu?(scale (x - mean) / sqrt(var + epsilon) + shift + residual?) with the statistics of the batch.</summary>
    void BatchNormApply(BatchNorm norm, Tensor x, Tensor? residual, bool relu, Tensor y);

    /// <summary>Backward of <see cref="BatchNormApply"/> and of the statistics, which depend on x. With <paramref name="relu"/>, dy counts only where y &gt; 0.
    /// Writes dx, the gradients of scale and shift, and, when <paramref name="dResidual"/> is given, the (masked) dy into it.
    /// dx may be the same tensor as dy; dResidual may be the same tensor as dy; never both.</summary>
    void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, bool relu, Tensor dy, Tensor dx, Tensor? dResidual);

    /// <summary>y = max-pool(relu(<see cref="BatchNormApply"/> of x)), 3x3, stride 2, padding 1, in one pass and without keeping what lies between. x is
    /// [N, C, H, W], y is [N, C, (H - 1) / 2 + 1, (W - 1) / 2 + 1]. Padding never wins: nothing is less than its zeros. NaN of either sign wins.</summary>
    void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y);

    /// <summary>Backward of <see cref="BatchNormMaxPool"/> and of the statistics: from dy to dx and the gradients of scale and
    /// shift. Each dy goes to the first maximum (row-major) of its window.</summary>
    void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx);

    /// <summary>embedding[n, c] = mean over positions of x.</summary>
    void GlobalAveragePoolForward(Tensor x, Matrix embedding);

    /// <summary>dx[n, c, y, x] = dEmbedding[n, c] / (H W).</summary>
    void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx);

    /// <summary>Inverted dropout in place: a unit is kept with probability 1 - rate and divided by it. The mask depends only on
    /// (seed, sample key, unit): see <see cref="DropoutMask"/>. The backward pass is the same call on the gradient.</summary>
    /// <param name="x">[N, D].</param>
    /// <param name="rate">Probability of dropping, 0..1.</param>
    /// <param name="seed">Seed of this pass.</param>
    /// <param name="sampleKeys">One key a row, so that the mask follows the sample and not its place in a batch.</param>
    void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys);

    /// <summary>logits = x w + b. x is [N, D], w is [D, classes], b is [classes].</summary>
    void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits);

    /// <summary>Gradients of w and b, and dx = dLogits w^T when <paramref name="dx"/> is given.</summary>
    void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx);

    /// <summary>losses[place] = mean over the batch of -log softmax(logits)[label]; dLogits = (softmax - one-hot) / N.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N].</param>
    /// <param name="dLogits">[N, classes].</param>
    /// <param name="losses">[1, K]: the losses of K steps, to be read together; the others stay.</param>
    /// <param name="place">0..K-1.</param>
    void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place);

    /// <summary>Nesterov SGD on each parameter: g = gradient + weightDecay w (the decay where <see cref="Parameter.Decays"/>); v &lt;- m v - lr g; w &lt;- w + m v - lr g.</summary>
    void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay);
}
