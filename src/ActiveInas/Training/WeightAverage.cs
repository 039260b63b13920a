using System.Numerics;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>An exponential moving average of a network's weights and running statistics, in the memory of the host.</summary>
/// <remarks>Every <see cref="Interval"/> steps: average &lt;- average + (1 - d) (weights - average), d = exp(-Interval / (share * steps)); the first
/// time it becomes the weights. Element by element, so the bytes depend on no vector width.</remarks>
internal sealed class WeightAverage
{
    /// <summary>Steps from one update to the next: each reads all weights, which costs about a fifth of a step.</summary>
    public const int Interval = 8;

    private readonly ResidualNetwork _network;
    private readonly float[][] _averages;
    private readonly float[] _values;
    private readonly float _weight;
    private bool _isEmpty = true;

    /// <param name="network">Whose weights.</param>
    /// <param name="share">Share of the steps over which the average fades by 1/e.</param>
    /// <param name="steps">Of the training.</param>
    public WeightAverage(ResidualNetwork network, double share, long steps)
    {
        _network = network;
        _averages = [.. network.Weights.Select(weight => new float[weight.Length])];
        _values = new float[network.Weights.Max(weight => weight.Length)];
        _weight = (float)(1 - Math.Exp(-Interval / (share * steps)));
    }

    /// <summary>One array a weight of the network, as the engine orders it; written by a checkpoint that is read.</summary>
    public IReadOnlyList<float[]> Arrays => _averages;

    /// <summary>Takes in the weights after a step, where it is time.</summary>
    /// <param name="step">Steps made.</param>
    /// <param name="last">Whether the training is over: an average of nothing becomes the weights.</param>
    public void Update(long step, bool last)
    {
        if (step % Interval != 0 && !(last && _isEmpty))
        {
            return;
        }

        float weight = _isEmpty ? 1 : _weight;
        for (int i = 0; i < _averages.Length; i++)
        {
            Span<float> values = _values.AsSpan(0, _averages[i].Length);
            _network.Weights[i].Values.Read(values);
            Blend(_averages[i], values, weight);
        }

        _isEmpty = false;
    }

    /// <summary>Tells that <see cref="Arrays"/> was filled from a checkpoint made after so many steps.</summary>
    public void Restored(long step) => _isEmpty = step < Interval;

    /// <summary>Exchanges the network's weights and the averages; twice is nothing.</summary>
    public void Swap()
    {
        if (_isEmpty)
        {
            return;
        }

        for (int i = 0; i < _averages.Length; i++)
        {
            Span<float> values = _values.AsSpan(0, _averages[i].Length);
            _network.Weights[i].Values.Read(values);
            _network.Weights[i].Values.Write(_averages[i]);
            values.CopyTo(_averages[i]);
        }
    }

    private static void Blend(Span<float> average, ReadOnlySpan<float> values, float weight)
    {
        int i = 0;
        Vector<float> share = new(weight);
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> old = new(average[i..]);
            (old + (share * (new Vector<float>(values[i..]) - old))).CopyTo(average[i..]);
        }

        for (; i < values.Length; i++)
        {
            average[i] += weight * (values[i] - average[i]);
        }
    }
}
