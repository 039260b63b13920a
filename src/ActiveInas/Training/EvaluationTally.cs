namespace ActiveInas.Training;

/// <summary>Collects predictions into an <see cref="Evaluation"/>, one image at a time and in image order, so that batches do not matter.</summary>
/// <remarks>ECE = sum over 15 equal-width bins of (share of images) |accuracy - mean confidence|, confidence being the maximal
/// probability; bin b holds (b/15, (b+1)/15] (Guo et al., arXiv 1706.04599).</remarks>
internal sealed class EvaluationTally(int classes)
{
    /// <summary>Bins of the calibration error.</summary>
    public const int Bins = 15;

    private readonly int[] _classCount = new int[classes];
    private readonly int[] _classPredicted = new int[classes];
    private readonly int[] _classRight = new int[classes];
    private readonly int[][] _confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
    private readonly int[] _binCount = new int[Bins];
    private readonly int[] _binRight = new int[Bins];
    private readonly double[] _binConfidence = new double[Bins];
    private readonly double[] _probabilities = new double[classes];
    private double _loss;

    /// <summary>[classes][classes]: images of a class (row) that were taken for another one or for it (column).</summary>
    public IReadOnlyList<IReadOnlyList<int>> Confusion => _confusion;

    /// <summary>Adds an image with its class scores, [classes], before the softmax.</summary>
    public void Add(ReadOnlySpan<float> logits, int label)
    {
        int predicted = 0;
        for (int c = 1; c < logits.Length; c++)
        {
            predicted = logits[c] > logits[predicted] ? c : predicted;
        }

        double sum = 0;
        for (int c = 0; c < logits.Length; c++)
        {
            _probabilities[c] = Math.Exp((double)logits[c] - logits[predicted]);
            sum += _probabilities[c];
        }

        _loss += Math.Log(sum) - ((double)logits[label] - logits[predicted]);
        AddPrediction(_probabilities[predicted] / sum, predicted, label);
    }

    /// <summary>Adds an image with the probability of the predicted class; it adds nothing to the loss.</summary>
    public void AddPrediction(double confidence, int predicted, int label)
    {
        int bin = Math.Clamp((int)Math.Ceiling(confidence * Bins) - 1, 0, Bins - 1);
        _binCount[bin]++;
        _binConfidence[bin] += confidence;
        _classCount[label]++;
        _classPredicted[predicted]++;
        _confusion[label][predicted]++;
        if (predicted == label)
        {
            _binRight[bin]++;
            _classRight[label]++;
        }
    }

    /// <summary>What was collected; an empty set has accuracy, loss and calibration error NaN.</summary>
    public Evaluation ToEvaluation()
    {
        int count = _classCount.Sum();
        double calibration = 0;
        for (int b = 0; b < Bins; b++)
        {
            calibration += Math.Abs(_binRight[b] - _binConfidence[b]);
        }

        return new Evaluation(
            count,
            Share(_classRight.Sum(), count),
            _loss / (count == 0 ? double.NaN : count),
            _classRight.Zip(_classCount, (right, all) => Share(right, all)).ToArray(),
            calibration / (count == 0 ? double.NaN : count))
        {
            Calibration = [.. Enumerable.Range(0, Bins).Select(b => new CalibrationBin(
                _binCount[b], _binCount[b] == 0 ? double.NaN : _binConfidence[b] / _binCount[b], Share(_binRight[b], _binCount[b])))],
            Classes = [.. Enumerable.Range(0, classes).Select(c => new ClassResult(_classCount[c], _classPredicted[c], _classRight[c]))],
        };
    }

    private static double Share(int part, int all) => all == 0 ? double.NaN : (double)part / all;
}
