using System.Text;
using ActiveInas.Runs.Output;

namespace ActiveInas.Runs.Models;

/// <summary>Predictions as a table, one line an image: path, class, probability, class_2, probability_2, ..., problem.</summary>
public sealed class PredictionCsv
{
    private readonly Stream _stream;
    private readonly int _top;
    private readonly StringBuilder _line = new();

    /// <summary>Writes the head.</summary>
    /// <param name="stream">Where to; the caller's to close.</param>
    /// <param name="top">Classes of each image.</param>
    public PredictionCsv(Stream stream, int top)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        (_stream, _top) = (stream, top);
        Write(["path", "class", "probability", .. Enumerable.Range(2, top - 1).SelectMany(k => (string[])[$"class_{k}", $"probability_{k}"]), "problem"]);
    }

    /// <summary>Writes one image.</summary>
    public void Add(ImagePrediction image)
    {
        ArgumentNullException.ThrowIfNull(image);
        object?[] fields = new object?[(2 * _top) + 2];
        (fields[0], fields[^1]) = (image.Path, image.Problem);
        for (int k = 0; k < Math.Min(_top, image.Classes.Count); k++)
        {
            (fields[(2 * k) + 1], fields[(2 * k) + 2]) = (image.Classes[k].Class, image.Classes[k].Probability);
        }

        Write(fields);
    }

    private void Write(ReadOnlySpan<object?> fields)
    {
        _line.Clear().AppendCsv(fields);
        _stream.Write(Encoding.UTF8.GetBytes(_line.ToString()));
    }
}
