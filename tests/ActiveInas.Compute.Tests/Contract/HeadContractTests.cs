using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>Loss, dropout and optimiser against their definitions, on every row.</summary>
public sealed class HeadContractTests
{
    public static TheoryData<string> Rows() => [.. KernelRows.Names];

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Loss_of_zero_logits_is_the_logarithm_of_the_classes(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        foreach (int classes in new[] { 2, 10, 100 })
        {
            using Matrix logits = device.CreateMatrix(3, classes);
            using Matrix dLogits = device.CreateMatrix(3, classes);
            double loss = Loss(device, logits, [0, 1, classes - 1], dLogits);
            Assert.Equal(Math.Log(classes), loss, 6);
            float[] gradient = new float[3 * classes];
            dLogits.Read(gradient);
            Assert.Equal(((1.0 / classes) - 1) / 3, gradient[0], 6);
            Assert.Equal(1.0 / classes / 3, gradient[1], 6);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Huge_logits_stay_finite(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        using Matrix logits = device.CreateMatrix(3, 3);
        using Matrix dLogits = device.CreateMatrix(3, 3);
        logits.Write([1e30f, -1e30f, 0, -1e4f, -2e4f, -3e4f, 90, 1e4f, 1e4f]);
        double loss = Loss(device, logits, [0, 0, 1], dLogits);
        Assert.Equal(Math.Log(2) / 3, loss, 5);
        loss = Loss(device, logits, [1, 2, 0], dLogits);
        Assert.True(double.IsFinite(loss) && loss > 1e29, $"The loss is {loss}.");
        float[] gradient = new float[9];
        dLogits.Read(gradient);
        Assert.All(gradient, value => Assert.InRange(value, -1 / 3f - 1e-6f, 1 / 3f + 1e-6f));
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void The_dropout_mask_follows_the_sample_and_not_its_row(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        const int columns = 300;
        float[] one = Dropped(device, columns, [3, 8]);
        float[] other = Dropped(device, columns, [8, 3, 20]);
        Assert.Equal(one[..columns], other[columns..(2 * columns)]);
        Assert.Equal(one[columns..], other[..columns]);
        for (int unit = 0; unit < columns; unit++)
        {
            Assert.Equal(DropoutMask.Keeps(5, 3, unit, 0.5) ? 2f : 0f, one[unit]);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Steps_follow_the_formulas_of_Nesterov_momentum(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(2);
        TestRandom random = new(14);
        foreach (int length in new[] { 1, 7, 64, 1000 })
        {
            using Parameter parameter = new(device, length);
            float[] start = random.Floats(length);
            parameter.Values.Write(start);
            double[] w = Array.ConvertAll(start, value => (double)value);
            double[] v = new double[length];
            for (int step = 0; step < 5; step++)
            {
                double rate = 0.1 / (step + 1);
                float[] gradient = random.Floats(length);
                parameter.Gradient.Write(gradient);
                device.SgdStep([parameter], rate, 0.9, 0.01);
                for (int i = 0; i < length; i++)
                {
                    double g = gradient[i] + (0.01 * w[i]);
                    v[i] = (0.9 * v[i]) - (rate * g);
                    w[i] += (0.9 * v[i]) - (rate * g);
                }
            }

            TensorAssert.Close("w", [length], w, Doubles(parameter.Values), Tolerance.SingleMatrix);
            TensorAssert.Close("v", [length], v, Doubles(parameter.Velocity), Tolerance.SingleMatrix);
        }
    }

    /// <summary>w = 1, v = 2, gradient 3, rate 1/2, momentum 1/4, decay 1: g = 4, v = 0.5 - 2 = -1.5, w = 1 - 0.375 - 2 = -1.375.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void One_step_by_hand(string rowName)
    {
        using IDevice device = KernelRows.Supported(rowName).Create(1);
        using Parameter parameter = new(device, 1);
        parameter.Values.Write([1]);
        parameter.Velocity.Write([2]);
        parameter.Gradient.Write([3]);
        device.SgdStep([parameter], learningRate: 0.5, momentum: 0.25, weightDecay: 1);
        Assert.Equal([-1.375], Doubles(parameter.Values));
        Assert.Equal([-1.5], Doubles(parameter.Velocity));
    }

    private static double Loss(IDevice device, Matrix logits, int[] labels, Matrix dLogits)
    {
        using Matrix losses = device.CreateMatrix(1, 2);
        losses.Write([5, 6]);
        device.SoftmaxCrossEntropy(logits, labels, dLogits, losses, 1);
        Assert.Equal(5, Doubles(losses)[0]);
        return Doubles(losses)[1];
    }

    private static float[] Dropped(IDevice device, int columns, int[] keys)
    {
        using Matrix x = device.CreateMatrix(keys.Length, columns);
        float[] values = new float[keys.Length * columns];
        Array.Fill(values, 1f);
        x.Write(values);
        device.Dropout(x, 0.5, 5, keys);
        x.Read(values);
        return values;
    }

    private static double[] Doubles(Matrix matrix)
    {
        float[] values = new float[matrix.UsedRows * matrix.Columns];
        matrix.Read(values);
        return Array.ConvertAll(values, value => (double)value);
    }
}
