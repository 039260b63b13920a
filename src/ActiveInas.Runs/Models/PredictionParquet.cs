using Parquet;
using Parquet.Schema;

namespace ActiveInas.Runs.Models;

/// <summary>Predictions as a Parquet file with the columns of <see cref="PredictionCsv"/>; what there is not is null. Memory is that of one row group.</summary>
public sealed class PredictionParquet
{
    private const int RowsOfGroup = 10_000;

    private readonly int _top;
    private readonly DataField<string> _path = new("path", nullable: false);
    private readonly DataField<string>[] _classes;
    private readonly DataField<float?>[] _probabilities;
    private readonly DataField<string> _problem = new("problem", nullable: true);
    private readonly ParquetWriter _writer;
    private readonly List<ImagePrediction> _rows = [];

    /// <summary>Writes the head.</summary>
    /// <param name="stream">Where to; the caller's to close, after <see cref="Finish"/>.</param>
    /// <param name="top">Classes of each image.</param>
    public PredictionParquet(Stream stream, int top)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        _top = top;
        _classes = [.. Enumerable.Range(1, top).Select(k => new DataField<string>(Column("class", k), nullable: true))];
        _probabilities = [.. Enumerable.Range(1, top).Select(k => new DataField<float?>(Column("probability", k)))];
        DataField[] fields = [_path, .. Enumerable.Range(0, top).SelectMany(k => (DataField[])[_classes[k], _probabilities[k]]), _problem];
        _writer = Wait(ParquetWriter.CreateAsync(new ParquetSchema(fields), stream));
    }

    /// <summary>Writes one image.</summary>
    public void Add(ImagePrediction image)
    {
        ArgumentNullException.ThrowIfNull(image);
        _rows.Add(image with { Classes = [.. image.Classes.Take(_top)], Embedding = default });
        if (_rows.Count == RowsOfGroup)
        {
            WriteGroup();
        }
    }

    /// <summary>Writes what is left, and the foot.</summary>
    public void Finish()
    {
        if (_rows.Count > 0)
        {
            WriteGroup();
        }

        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static string Column(string name, int k) => k == 1 ? name : $"{name}_{k}";

    private void WriteGroup()
    {
        using ParquetRowGroupWriter group = _writer.CreateRowGroup();
        Write(group.WriteAsync(_path, [.. _rows.Select(row => row.Path)]));
        for (int k = 0; k < _top; k++)
        {
            Write(group.WriteAsync(_classes[k], [.. _rows.Select(row => row.Classes.Count > k ? row.Classes[k].Class : null!)]));
            Write(group.WriteAsync<float>(_probabilities[k], _rows.Select(row => row.Classes.Count > k ? row.Classes[k].Probability : (float?)null).ToArray()));
        }

        Write(group.WriteAsync(_problem, [.. _rows.Select(row => row.Problem!)]));
        _rows.Clear();
    }

    // The stream is a file: nothing is waited for.
    private static void Write(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
