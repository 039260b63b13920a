using System.Numerics;
using ActiveInas.Compute;
using ActiveInas.Training;

namespace ActiveInas.Querying;

/// <summary>Dropout and dense head over one cached embedding, many times. For scratch memory, one a thread.</summary>
/// <remarks>The products e[u] / (1 - p) * W[u, c] are the same in every pass, so a pass only adds the rows of the units it keeps, in
/// ascending order. Lanes are classes and never mix: the result does not depend on the width of the vectors.</remarks>
internal sealed class StochasticHead
{
    private readonly DenseHead _head;
    private readonly double _rate;
    private readonly float _scale;
    private readonly int _length;
    private readonly int _stride;
    private readonly float[] _bias;
    private readonly float[] _products;
    private readonly float[] _row;
    private readonly ulong[] _mask;

    /// <param name="head">Weights [length, classes], Bias [classes].</param>
    /// <param name="length">D.</param>
    /// <param name="rate">p, 0 &lt;= p &lt; 1.</param>
    public StochasticHead(DenseHead head, int length, double rate)
    {
        if (rate is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The dropout rate must be at least 0 and below 1.");
        }

        int pair = 2 * Vector<float>.Count;
        _head = head;
        _rate = rate;
        _scale = (float)(1.0 / (1.0 - rate));
        _length = length;
        _stride = (head.Bias.Length + pair - 1) / pair * pair;
        _bias = new float[_stride];
        head.Bias.CopyTo(_bias, 0);
        _products = new float[length * _stride];
        _row = new float[_stride];
        _mask = new ulong[DropoutMask.WordCount(length)];
    }

    /// <summary>Takes an embedding [length] and returns the class that the pass without dropout predicts.</summary>
    public int Begin(ReadOnlySpan<float> embedding)
    {
        int classes = _head.Bias.Length;
        for (int unit = 0; unit < _length; unit++)
        {
            float value = embedding[unit] * _scale;
            ReadOnlySpan<float> weights = _head.Weights.AsSpan(unit * classes, classes);
            Span<float> products = _products.AsSpan(unit * _stride, classes);
            for (int c = 0; c < classes; c++)
            {
                products[c] = value * weights[c];
            }
        }

        Span<float> logits = _row.AsSpan(0, classes);
        Softmax.Logits(embedding, _head, logits);
        return Softmax.ArgMax(logits);
    }

    /// <summary>Probabilities [classes] of one stochastic pass over the embedding of <see cref="Begin"/>; valid until the next call.</summary>
    public ReadOnlySpan<float> Pass(ulong seed, int sampleKey)
    {
        DropoutMask.FillWords(seed, sampleKey, _rate, _length, _mask);
        int width = Vector<float>.Count;
        for (int first = 0; first < _stride; first += 2 * width)
        {
            Vector<float> low = new(_bias, first);
            Vector<float> high = new(_bias, first + width);
            for (int word = 0; word < _mask.Length; word++)
            {
                int origin = (word * 64 * _stride) + first;
                for (ulong bits = _mask[word]; bits != 0; bits &= bits - 1)
                {
                    int at = origin + (BitOperations.TrailingZeroCount(bits) * _stride);
                    low += new Vector<float>(_products, at);
                    high += new Vector<float>(_products, at + width);
                }
            }

            low.CopyTo(_row, first);
            high.CopyTo(_row, first + width);
        }

        Span<float> row = _row.AsSpan(0, _head.Bias.Length);
        Softmax.Row(row);
        return row;
    }
}
