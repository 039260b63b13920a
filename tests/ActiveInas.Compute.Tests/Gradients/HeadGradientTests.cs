using static ActiveInas.Compute.Tests.Gradients.DoubleBench;

namespace ActiveInas.Compute.Tests.Gradients;

public sealed class HeadGradientTests
{
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(3, 7, 5)]
    public void Dense_matches_finite_differences(int n, int columns, int classes)
    {
        using DoubleBench bench = new(seed: 11);
        Matrix x = bench.Matrix(n, columns);
        Matrix dx = bench.Matrix(n, columns);
        Matrix logits = bench.Matrix(n, classes);
        Matrix dLogits = bench.Matrix(n, classes);
        Parameter w = bench.Parameter(columns * classes);
        Parameter b = bench.Parameter(classes);
        double Loss()
        {
            bench.Device.DenseForward(x, w, b, logits);
            return Dot(Values(dLogits), Values(logits));
        }

        bench.Device.DenseBackward(x, w, b, dLogits, dx);
        Verify("dx", Values(dx), Variables(x), Loss);
        Verify("dw", Values(w.Gradient), Variables(w.Values), Loss);
        Verify("db", Values(b.Gradient), Variables(b.Values), Loss);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void Dropout_matches_finite_differences(double rate)
    {
        using DoubleBench bench = new(seed: 12);
        Matrix x = bench.Matrix(4, 9);
        Matrix y = bench.Matrix(4, 9);
        Matrix gradient = bench.Matrix(4, 9);
        double[] coefficients = Values(gradient);
        int[] keys = [5, 0, 123456, 7];
        double Loss()
        {
            y.Write(new float[36]);
            double[] values = Values(x);
            Variable[] copy = Variables(y);
            for (int i = 0; i < copy.Length; i++)
            {
                copy[i].Set(values[i]);
            }

            bench.Device.Dropout(y, rate, 99, keys);
            return Dot(coefficients, Values(y));
        }

        bench.Device.Dropout(gradient, rate, 99, keys);
        Verify("dx", Values(gradient), Variables(x), Loss);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 7)]
    public void Softmax_cross_entropy_matches_finite_differences(int n, int classes)
    {
        using DoubleBench bench = new(seed: 13);
        Matrix logits = bench.Matrix(n, classes, -2, 2);
        Matrix dLogits = bench.Matrix(n, classes);
        Matrix scratch = bench.Matrix(n, classes);
        int[] labels = [.. Enumerable.Range(0, n).Select(_ => bench.Random.NextInt(0, classes - 1))];
        Matrix loss = bench.Matrix(1, 1);
        bench.Device.SoftmaxCrossEntropy(logits, labels, dLogits, loss, 0);
        Verify("dLogits", Values(dLogits), Variables(logits), () =>
        {
            bench.Device.SoftmaxCrossEntropy(logits, labels, scratch, loss, 0);
            return Values(loss)[0];
        });
    }
}
