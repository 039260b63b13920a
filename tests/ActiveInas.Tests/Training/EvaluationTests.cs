using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Tests.Networks;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public class EvaluationTests
{
    [Fact]
    public void Calibration_error_by_hand()
    {
        // Bins of 1/15: 0.62 and 0.66 are in (0.6, 0.667], 0.95 in (0.933, 1].
        EvaluationTally tally = new(2);
        tally.AddPrediction(0.62, right: true, label: 0);
        tally.AddPrediction(0.66, right: false, label: 1);
        tally.AddPrediction(0.95, right: true, label: 1);
        tally.AddPrediction(1.0, right: true, label: 1);
        Evaluation evaluation = tally.ToEvaluation();
        double expected = ((2.0 / 4) * Math.Abs(0.5 - 0.64)) + ((2.0 / 4) * Math.Abs(1 - 0.975));
        Assert.Equal(expected, evaluation.CalibrationError, 12);
        Assert.Equal(0.75, evaluation.Accuracy);
        Assert.Equal([1.0, 2.0 / 3], evaluation.ClassAccuracy);
    }

    [Fact]
    public void Loss_accuracy_and_empty_classes_by_hand()
    {
        EvaluationTally tally = new(3);
        tally.Add([0f, 0f, (float)Math.Log(2)], 2);
        tally.Add([1000f, 0f, -1000f], 0);
        tally.Add([5f, 5f, 0f], 0);
        Evaluation evaluation = tally.ToEvaluation();
        double expected = (Math.Log(2) + 0 + Math.Log(2 + Math.Exp(-5))) / 3;
        Assert.Equal(expected, evaluation.Loss, 6);
        Assert.Equal(1, evaluation.Accuracy);
        Assert.Equal(1, evaluation.ClassAccuracy[2]);
        Assert.True(double.IsNaN(evaluation.ClassAccuracy[1]));
        Evaluation nothing = new EvaluationTally(2).ToEvaluation();
        Assert.Equal(0, nothing.Count);
        Assert.True(double.IsNaN(nothing.Accuracy) && double.IsNaN(nothing.Loss) && double.IsNaN(nothing.CalibrationError));
    }

    [Fact]
    public void The_batch_size_changes_nothing()
    {
        ImageSet images = NetworkSamples.Images(11, 8, 4, 3);
        int[] indices = Enumerable.Range(0, 11).ToArray();
        using IDevice device = KernelTable.Open(StorageType.BFloat16, 1);
        List<Evaluation> results = [];
        foreach (int capacity in new[] { 1, 4, 11 })
        {
            using ResidualNetwork network = new(device, NetworkSamples.Shape(1, 2), NetworkSamples.Norm, capacity, training: false);
            network.Initialize(1);
            results.Add(Evaluator.Evaluate(network, images, new Normalization(127, 64), indices, images.Labels, default));
        }

        Assert.All(results, result => Assert.Equal((results[0].Loss, results[0].Accuracy, results[0].CalibrationError), (result.Loss, result.Accuracy, result.CalibrationError)));
        Assert.Equal(results[0].ClassAccuracy, results[2].ClassAccuracy);
    }

    [Fact]
    public void Wrong_labels_sizes_and_cancellation_are_told()
    {
        ImageSet images = NetworkSamples.Images(2, 8, 4, 3);
        using IDevice device = KernelTable.Open(StorageType.BFloat16, 1);
        using ResidualNetwork network = new(device, NetworkSamples.Shape(1, 1), NetworkSamples.Norm, 2, training: false);
        Normalization normalization = new(0, 1);
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(network, images, normalization, [0], [4], default));
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(network, images, normalization, [0], [], default));
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(network, NetworkSamples.Images(2, 6, 4, 3), normalization, [0], [1], default));
        Assert.Throws<OperationCanceledException>(() => Evaluator.Evaluate(network, images, normalization, [0], [1], new CancellationToken(true)));
        using TestEvaluator evaluator = new(images);
        Assert.Throws<ArgumentException>(() => evaluator.Evaluate(null!, default));
    }
}
