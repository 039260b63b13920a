using System.Numerics;
using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

/// <summary>Softmax regression on pixels, by plain stochastic gradient descent.</summary>
internal static class LinearClassifier
{
    private const int Epochs = 12;
    private const float Rate = 0.0005f;

    /// <summary>The best test accuracy of any epoch: more than a fair measurement would give, which is on the safe side for an upper
    /// bound.</summary>
    public static double BestAccuracy(ImageSet train, ImageSet test, int classes)
    {
        Normalization normalization = PixelStatistics.Normalization(train);
        (float[][] inputs, float[][] tests) = (Inputs(train, normalization), Inputs(test, normalization));
        float[][] weights = [.. Enumerable.Range(0, classes).Select(_ => new float[inputs[0].Length])];
        int[] order = [.. Enumerable.Range(0, inputs.Length)];
        var random = new SeededRandom(1);
        double best = 0;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            random.Shuffle<int>(order);
            foreach (int i in order)
            {
                Learn(weights, inputs[i], train.Labels[i]);
            }

            int right = Enumerable.Range(0, tests.Length).Count(i => Predict(weights, tests[i]) == test.Labels[i]);
            best = Math.Max(best, (double)right / tests.Length);
        }

        return best;
    }

    private static void Learn(float[][] weights, float[] input, int label)
    {
        float[] scores = Scores(weights, input);
        float highest = scores.Max();
        float sum = scores.Sum(score => MathF.Exp(score - highest));
        for (int k = 0; k < weights.Length; k++)
        {
            float gradient = (MathF.Exp(scores[k] - highest) / sum) - (k == label ? 1 : 0);
            AddScaled(weights[k], input, -Rate * gradient);
        }
    }

    private static int Predict(float[][] weights, float[] input)
    {
        float[] scores = Scores(weights, input);
        return Array.IndexOf(scores, scores.Max());
    }

    private static float[] Scores(float[][] weights, float[] input) => [.. weights.Select(row => Dot(row, input))];

    private static float Dot(float[] a, float[] b)
    {
        var sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sum += new Vector<float>(a, i) * new Vector<float>(b, i);
        }

        float total = Vector.Sum(sum);
        for (; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }

        return total;
    }

    private static void AddScaled(float[] target, float[] values, float scale)
    {
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(target, i) + (new Vector<float>(values, i) * scale)).CopyTo(target, i);
        }

        for (; i < target.Length; i++)
        {
            target[i] += scale * values[i];
        }
    }

    private static float[][] Inputs(ImageSet set, Normalization normalization) => [.. Enumerable.Range(0, set.Count).Select(i =>
        set.Image(i).ToArray().Select(value => (float)((value - normalization.Mean) / normalization.Deviation)).ToArray())];
}
