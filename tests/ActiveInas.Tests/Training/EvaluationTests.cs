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
        tally.AddPrediction(0.62, predicted: 0, label: 0);
        tally.AddPrediction(0.66, predicted: 0, label: 1);
        tally.AddPrediction(0.95, predicted: 1, label: 1);
        tally.AddPrediction(1.0, predicted: 1, label: 1);
        Evaluation evaluation = tally.ToEvaluation();
        double expected = ((2.0 / 4) * Math.Abs(0.5 - 0.64)) + ((2.0 / 4) * Math.Abs(1 - 0.975));
        Assert.Equal(expected, evaluation.CalibrationError, 12);
        Assert.Equal(0.75, evaluation.Accuracy);
        Assert.Equal([1.0, 2.0 / 3], evaluation.ClassAccuracy);
    }

    /// <summary>The surface defects: 71 of 100 test images in one class, and a model that knows no other.</summary>
    [Fact]
    public void A_model_that_predicts_one_class_looks_good_by_accuracy_alone()
    {
        int[] images = [6, 6, 6, 6, 71, 5];
        EvaluationTally tally = new(6);
        for (int label = 0; label < images.Length; label++)
        {
            for (int n = 0; n < images[label]; n++)
            {
                tally.AddPrediction(0.9, predicted: 4, label);
            }
        }

        Evaluation evaluation = tally.ToEvaluation();
        Assert.Equal(0.71, evaluation.Accuracy);
        Assert.Equal(0.71, evaluation.MajorityShare);
        Assert.Equal(1.0 / 6, evaluation.BalancedAccuracy, 12);

        // F1 of the one class: precision 0.71, recall 1; of the others 0.
        Assert.Equal(2 * 0.71 / 1.71 / 6, evaluation.MacroF1, 12);
        Assert.Equal([0, 0, 0, 0, 100, 0], evaluation.Classes.Select(result => result.Predicted));
    }

    [Fact]
    public void Balanced_accuracy_and_macro_F1_by_hand()
    {
        // Rows: class, columns: prediction. Nothing is of class 3, one image is taken for it; class 4 does not occur at all.
        int[][] confusion = [[3, 1, 0, 0, 0], [2, 6, 0, 0, 0], [0, 1, 2, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]];
        EvaluationTally tally = new(5);
        for (int label = 0; label < 5; label++)
        {
            for (int predicted = 0; predicted < 5; predicted++)
            {
                for (int n = 0; n < confusion[label][predicted]; n++)
                {
                    tally.AddPrediction(0.5, predicted, label);
                }
            }
        }

        Evaluation evaluation = tally.ToEvaluation();
        Assert.Equal([new(4, 5, 3), new(8, 8, 6), new(4, 2, 2), new(0, 1, 0), new(0, 0, 0)], evaluation.Classes);
        Assert.Equal(0.5, evaluation.MajorityShare);
        Assert.Equal((0.75 + 0.75 + 0.5) / 3, evaluation.BalancedAccuracy, 12);
        Assert.Equal(((6.0 / 9) + (12.0 / 16) + (4.0 / 6) + 0) / 4, evaluation.MacroF1, 12);
        Assert.Equal((0.6, 1.0, 0.5), (evaluation.Classes[0].Precision, evaluation.Classes[2].Precision, evaluation.Classes[2].Recall));
        Assert.True(double.IsNaN(evaluation.Classes[4].F1) && double.IsNaN(evaluation.Classes[3].Recall) && double.IsNaN(evaluation.Classes[4].Precision));
        Assert.Equal(1 - (2.0 / 3), ErrorMeasures.Of(evaluation, ErrorMeasure.Balanced), 12);
        Assert.Equal(5.0 / 16, ErrorMeasures.Of(evaluation, ErrorMeasure.ZeroOne), 12);
    }

    [Fact]
    public void Balanced_errors_of_the_same_shares_in_another_order_are_equal()
    {
        double[] shares = [0.1, 0.2, 0.3, 0.7];
        double[] errors = [.. new[] { shares, [0.7, 0.3, 0.2, 0.1], [0.3, 0.7, 0.1, 0.2] }.Select(order => ErrorMeasures.Of(new Evaluation(4, 0, 0, order, 0), ErrorMeasure.Balanced))];
        Assert.Single(errors.Distinct());
        Assert.Equal(0.675, errors[0]);
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
        Assert.True(double.IsNaN(nothing.BalancedAccuracy) && double.IsNaN(nothing.MacroF1) && double.IsNaN(nothing.MajorityShare));
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
