using ActiveInas.Compute.Cpu;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>Wrong arguments are refused on every row, with a message that names the argument and the values.</summary>
public sealed class GuardContractTests
{
    public static TheoryData<string> Rows() => [.. KernelRows.Names];

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Convolutions_refuse_shapes_that_do_not_fit(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        using Tensor x = device.CreateTensor(new TensorShape(2, 32, 5, 5));
        using Tensor y = device.CreateTensor(new TensorShape(2, 64, 5, 5));
        using Tensor same = device.CreateTensor(new TensorShape(2, 32, 5, 5));
        using Tensor pooled = device.CreateTensor(new TensorShape(2, 64, 3, 3));
        using Parameter w = new(device, 9 * 32 * 64);
        using Parameter square = new(device, 9 * 32 * 32);
        using BatchNorm norm = new(device, 64, 1e-5, 0.1);
        using BatchNorm other = new(device, 32, 1e-5, 0.1);
        ConvolutionShape shape = new(32, 64, 3, 1);
        Refused("w holds 9216", () => device.ConvolutionForward(shape, x, square, y));
        Refused("it must have 3 channels", () => device.ConvolutionForward(new ConvolutionShape(3, 64, 3, 1), x, w, y));
        Refused("it must have 32 channels", () => device.ConvolutionForward(new ConvolutionShape(32, 32, 3, 1), x, square, y));
        Refused("y must have 2 images of 3 x 3", () => device.ConvolutionForward(new ConvolutionShape(32, 64, 3, 2), x, w, y));
        Refused("the kernel must be 1 or 3", () => device.ConvolutionForward(new ConvolutionShape(32, 64, 5, 1), x, w, y));
        Refused("the stride 1 or 2", () => device.ConvolutionBackwardWeights(new ConvolutionShape(32, 64, 3, 3), x, y, w));
        Refused("one tensor", () => device.ConvolutionForward(new ConvolutionShape(32, 32, 3, 1), x, square, x));
        Refused("one tensor", () => device.ConvolutionBackwardData(new ConvolutionShape(32, 32, 3, 1), same, square, same, accumulate: true));
        y.Images = 1;
        Refused("y must have 2 images", () => device.ConvolutionForward(shape, x, w, y));
        Refused("y must have 2 images", () => device.ConvolutionInference(shape, x, w, norm, null, relu: true, y));
        Refused("between must have 2 images", () => device.ConvolutionInferenceMaxPool(shape, x, w, norm, y, y));
        y.Images = 2;
        Refused("y must have 2 images of 3 x 3", () => device.ConvolutionInferenceMaxPool(shape, x, w, norm, y, y));
        Refused("it must have 32 channels", () => device.ConvolutionInferenceMaxPool(shape, x, w, other, y, pooled));
        Refused("it must have 32 channels", () => device.ConvolutionForward(shape, x, w, y, other));
        Refused("residual is ", () => device.ConvolutionInference(shape, x, w, norm, same, relu: true, y));
        y.Images = 1;
        Refused("dy must have 2 images", () => device.ConvolutionBackwardData(shape, y, w, x, accumulate: false));
        Refused("dy must have 2 images", () => device.ConvolutionBackwardWeights(shape, x, y, w));
        Assert.Throws<ArgumentNullException>(() => device.ConvolutionForward(shape, null!, w, y));
        Assert.Throws<ArgumentNullException>(() => device.ConvolutionForward(shape, x, null!, y));
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Normalisation_and_pooling_refuse_shapes_that_do_not_fit(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        using Tensor x = device.CreateTensor(new TensorShape(2, 32, 5, 7));
        using Tensor like = device.CreateTensor(new TensorShape(2, 32, 5, 7));
        using Tensor small = device.CreateTensor(new TensorShape(2, 32, 3, 4));
        using Tensor narrow = device.CreateTensor(new TensorShape(2, 32, 5, 6));
        using Matrix embedding = device.CreateMatrix(2, 32);
        using BatchNorm norm = new(device, 32, 1e-5, 0.1);
        using BatchNorm other = new(device, 64, 1e-5, 0.1);
        Refused("it must have 64 channels", () => device.BatchNormApply(other, x, null, relu: true, like));
        Refused("y must have 2 images of 5 x 7", () => device.BatchNormApply(norm, x, null, relu: true, narrow));
        Refused("residual must have 2 images of 5 x 7", () => device.BatchNormApply(norm, x, narrow, relu: true, like));
        Refused("dy must have 2 images of 5 x 7", () => device.BatchNormBackward(norm, x, like, relu: true, narrow, narrow, null));
        Refused("dx and dResidual are one tensor", () => device.BatchNormBackward(norm, x, x, relu: true, like, like, like));
        Refused("it must have 64 channels", () => device.BatchNormMaxPool(other, x, small));
        Refused("y must have 2 images of 3 x 4", () => device.BatchNormMaxPool(norm, x, like));
        Refused("dy must have 2 images of 3 x 4", () => device.BatchNormMaxPoolBackward(norm, x, small, like, like));
        Refused("dx must have 2 images of 5 x 7", () => device.BatchNormMaxPoolBackward(norm, x, small, small, narrow));
        Refused("x and dx are one tensor", () => device.BatchNormMaxPoolBackward(norm, x, small, small, x));
        embedding.UsedRows = 1;
        Refused("embedding must be [2, 32]", () => device.GlobalAveragePoolForward(x, embedding));
        Refused("dEmbedding must be [2, 32]", () => device.GlobalAveragePoolBackward(embedding, x));
        x.Images = like.Images = 0;
        Refused("at least one image", () => device.BatchNormApply(norm, x, null, relu: true, like));
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void The_head_refuses_shapes_labels_and_rates_that_do_not_fit(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        using Matrix x = device.CreateMatrix(2, 8);
        using Matrix logits = device.CreateMatrix(2, 10);
        using Matrix dLogits = device.CreateMatrix(2, 10);
        using Matrix wide = device.CreateMatrix(2, 9);
        using Matrix losses = device.CreateMatrix(1, 3);
        using Parameter w = new(device, 80);
        using Parameter b = new(device, 10);
        Refused("w holds 80 values; it must hold 90", () => device.DenseForward(wide, w, b, logits));
        Refused("b holds 80 values; it must hold 10", () => device.DenseForward(x, w, w, logits));
        Refused("they must agree", () => device.DenseBackward(x, w, b, dLogits, wide));
        Refused("label of row 1 is 10; with 10 classes it must lie in 0..9", () => device.SoftmaxCrossEntropy(logits, [9, 10], dLogits, losses, 0));
        Refused("label of row 0 is -1", () => device.SoftmaxCrossEntropy(logits, [-1, 0], dLogits, losses, 0));
        Refused("3 labels for 2 rows", () => device.SoftmaxCrossEntropy(logits, [0, 0, 0], dLogits, losses, 0));
        Refused("they must agree", () => device.SoftmaxCrossEntropy(logits, [0, 0], wide, losses, 0));
        Refused("place 3; losses must be [1, K]", () => device.SoftmaxCrossEntropy(logits, [0, 0], dLogits, losses, 3));
        Refused("place 0; losses must be [1, K]", () => device.SoftmaxCrossEntropy(logits, [0, 0], dLogits, wide, 0));
        Refused("rate is 1.5", () => device.Dropout(x, 1.5, 1, [0, 1]));
        Refused("rate is NaN", () => device.Dropout(x, double.NaN, 1, [0, 1]));
        Refused("1 sample keys for 2 rows", () => device.Dropout(x, 0.5, 1, [0]));
        Refused("must be finite", () => device.SgdStep([w], double.NaN, 0.9, 0));
        logits.UsedRows = 1;
        Refused("the same number of rows", () => device.DenseForward(x, w, b, logits));
        logits.UsedRows = dLogits.UsedRows = 0;
        Refused("at least one row", () => device.SoftmaxCrossEntropy(logits, [], dLogits, losses, 0));
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Memory_of_another_device_is_refused(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        using IDevice foreign = device.Storage == StorageType.Double
            ? KernelRows.Reference(StorageType.Single).Create(1)
            : new ReferenceDevice<double, double, DoubleStorage>("foreign", 1);
        TensorShape shape = new(1, 32, 3, 3);
        using Tensor x = device.CreateTensor(shape);
        using Tensor foreignTensor = foreign.CreateTensor(shape);
        using Parameter foreignWeights = new(foreign, 32 * 32);
        using Tensor y = device.CreateTensor(shape);
        using Matrix foreignMatrix = foreign.CreateMatrix(1, 32);
        using Parameter w = new(device, 32 * 32);
        ConvolutionShape convolution = new(32, 32, 1, 1);
        Refused("is a CpuTensor", () => device.ConvolutionForward(convolution, foreignTensor, w, y));
        Refused("made by another device", () => device.ConvolutionForward(convolution, x, w, foreignTensor));
        Refused("is a CpuMatrix", () => device.ConvolutionForward(convolution, x, foreignWeights, y));
        Refused("CreateMatrix", () => device.GlobalAveragePoolForward(x, foreignMatrix));
        Refused("made by another device", () => device.SgdStep([w, foreignWeights], 0.1, 0.9, 0));
        Refused("made by another device", () => device.Dropout(foreignMatrix, 0.5, 0, [0]));
    }

    private static void Refused(string message, Action call)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
