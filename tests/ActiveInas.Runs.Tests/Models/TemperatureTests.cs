using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Networks;
using ActiveInas.Runs.Models;
using ActiveInas.Tests.Shared;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ActiveInas.Runs.Tests.Models;

/// <summary>Temperature scaling: the fit, and the temperature in files and predictions.</summary>
public sealed class TemperatureTests : IDisposable
{
    private const int Classes = 4;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_temperature_that_the_labels_were_drawn_with_is_found(double wanted)
    {
        // Labels are drawn from softmax(logits / wanted): that temperature is the right one.
        SeededRandom random = new(11);
        const int Count = 20_000;
        float[] logits = [.. Enumerable.Range(0, Count * Classes).Select(_ => (float)(2 * wanted * random.NextGaussian()))];
        int[] labels = [.. Enumerable.Range(0, Count).Select(n => Drawn(logits.AsSpan(n * Classes, Classes), wanted, random.NextDouble()))];
        TemperatureFit fit = TemperatureFit.Of(logits, labels, Classes);
        Assert.Equal(wanted, fit.Temperature, 0.03 * wanted);
        Assert.Equal(fit.Before.Accuracy, fit.After.Accuracy);
        Assert.True(fit.After.Loss <= fit.Before.Loss + 1e-4, $"{fit.After.Loss} after, {fit.Before.Loss} before");
        Assert.InRange(fit.After.CalibrationError, 0, 0.02);

        // No other temperature is better.
        foreach (double other in (double[])[fit.Temperature * 0.98, fit.Temperature * 1.02])
        {
            Assert.True(Loss(logits, labels, fit.Temperature) <= Loss(logits, labels, other), $"{other} is better than {fit.Temperature}");
        }
    }

    [Fact]
    public void The_limits_hold_where_images_are_all_right_or_all_wrong_and_none_changes_nothing()
    {
        // All right: the largest of the temperatures that leave no loss.
        Assert.InRange(TemperatureFit.Of([5, 0, 0, 0, 0, 5, 0, 0], [0, 1], Classes).Temperature, TemperatureFit.Least, 0.2);
        Assert.Equal(TemperatureFit.Most, TemperatureFit.Of([5, 0, 0, 0, 0, 5, 0, 0], [1, 0], Classes).Temperature, 1e-6);
        Assert.Equal(1, TemperatureFit.Of([], [], Classes).Temperature);
    }

    [Fact]
    public void A_model_keeps_its_temperature_in_every_file_and_predicts_with_it()
    {
        string plain = _folder["plain.safetensors"], warm = _folder["warm.safetensors"], onnx = _folder["warm.onnx"];
        ModelSamples.Write(plain, ModelSamples.Shape(16, Classes));
        using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
        byte[] pixels = new byte[16 * 16 * 3];
        new Random(3).NextBytes(pixels);
        ImageSet images = new(16, 16, pixels, [ImageSet.Unknown], ["image"]);
        using SavedModel model = SavedModel.Load(plain, device);
        model.SaveSafetensors(warm, 2.5);
        using SavedModel scaled = SavedModel.Load(warm, device);
        Assert.Equal((1.0, 2.5), (model.Description.Temperature, scaled.Description.Temperature));
        Assert.DoesNotContain("temperature", File.ReadAllText(plain), StringComparison.Ordinal);

        // log p is the logits over T and a constant: differences between classes shrink by T.
        RankedClass[] before = [.. model.Predict(images)[0].Classes], after = [.. scaled.Predict(images)[0].Classes];
        Assert.Equal(before.Select(one => one.Class), after.Select(one => one.Class));
        for (int k = 1; k < Classes; k++)
        {
            Assert.Equal(Math.Log(before[0].Probability / before[k].Probability) / 2.5, Math.Log(after[0].Probability / after[k].Probability), 1e-3);
        }

        scaled.SaveOnnx(onnx);
        using InferenceSession session = new(onnx);
        float[] planes = [.. Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, 256).Select(p => (float)pixels[(p * 3) + c]))];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([NamedOnnxValue.CreateFromTensor("input", new DenseTensor<float>(planes, [1, 3, 16, 16]))], ["probabilities"]);
        float[] theirs = [.. results[0].AsEnumerable<float>()];
        Assert.All(after, one => Assert.Equal(one.Probability, theirs[scaled.Classes.ToList().IndexOf(one.Class)], 1e-4f));

        // Fitted again, it is that of the network, not of what was scaled already.
        int[] labels = [0];
        ImageSet labelled = new(16, 16, pixels, labels, ["image"]);
        Assert.Equal(model.FitTemperature(labelled, model.Classes).Temperature, scaled.FitTemperature(labelled, model.Classes).Temperature, 1e-4);
    }

    private static int Drawn(ReadOnlySpan<float> logits, double temperature, double uniform)
    {
        double[] weights = [.. logits.ToArray().Select(logit => Math.Exp(logit / temperature))];
        double left = uniform * weights.Sum();
        int label = 0;
        while (label < weights.Length - 1 && (left -= weights[label]) >= 0)
        {
            label++;
        }

        return label;
    }

    private static double Loss(float[] logits, int[] labels, double temperature) => Enumerable.Range(0, labels.Length).Average(n =>
    {
        double[] row = [.. logits.AsSpan(n * Classes, Classes).ToArray().Select(logit => logit / temperature)];
        return Math.Log(row.Sum(Math.Exp)) - row[labels[n]];
    });
}
