using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;

namespace ActiveInas.Networks;

/// <summary>A trained network over the images of a pool. Calls are serialised, so several threads may ask at the same time.</summary>
public sealed class NetworkModel : IModel
{
    private readonly ResidualNetwork _network;
    private readonly ImageSet _pool;
    private readonly Lock _gate = new();

    /// <summary>Takes over a network (and disposes it); the device must outlive it.</summary>
    /// <param name="network">With trained weights.</param>
    /// <param name="pool">The images that sample ids point into: <see cref="Dataset.Train"/>.</param>
    /// <param name="normalization">Of the pixels.</param>
    public NetworkModel(ResidualNetwork network, ImageSet pool, Normalization normalization)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(pool);
        _network = network;
        _pool = pool;
        Normalization = normalization;
        NetworkWeight weights = network.Weights[^2];
        Head = new DenseHead(Transpose(weights.Read(), weights.Shape[0], weights.Shape[1]), network.Weights[^1].Read());
    }

    /// <inheritdoc/>
    public Architecture Architecture => _network.Plan.Shape.Architecture;

    /// <inheritdoc/>
    public int Classes => _network.Plan.Shape.Classes;

    /// <inheritdoc/>
    public int EmbeddingLength => _network.Plan.EmbeddingLength;

    /// <inheritdoc/>
    public DenseHead Head { get; }

    /// <summary>Of the pixels.</summary>
    public Normalization Normalization { get; }

    /// <summary>Kernel-table row that computes its predictions.</summary>
    internal string KernelName => _network.Device.KernelName;

    /// <summary>Loads a model file.</summary>
    /// <param name="path">File made by <see cref="Save"/>.</param>
    /// <param name="device">Where to run; it must outlive the model.</param>
    /// <param name="pool">The images that sample ids point into.</param>
    /// <exception cref="ModelFileException">The file is malformed or does not fit the pool.</exception>
    public static NetworkModel Load(string path, IDevice device, ImageSet pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        (ResidualNetwork network, ModelDescription description) = ModelFile.Load(path, device);
        NetworkShape shape = description.Shape;
        if (shape.Height != pool.Height || shape.Width != pool.Width)
        {
            network.Dispose();
            throw new ModelFileException(
                $"{path}: the model takes {shape.Height}x{shape.Width} images, the data set holds {pool.Height}x{pool.Width}. Load it with the same `imageSize`.");
        }

        return new NetworkModel(network, pool, description.Normalization);
    }

    /// <summary>Writes a model file.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="classNames">In label order, or empty.</param>
    public void Save(string path, IReadOnlyList<string> classNames)
    {
        lock (_gate)
        {
            ModelFile.Save(path, _network, Normalization, classNames);
        }
    }

    /// <inheritdoc/>
    public float[] Embed(IReadOnlyList<SampleId> samples, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(samples);
        int[] indices = new int[samples.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = samples[i].Value;
        }

        int length = EmbeddingLength;
        float[] result = new float[(long)samples.Count * length];
        lock (_gate)
        {
            InferenceBatch batch = new(_network, Normalization);
            batch.Run(
                _pool,
                indices,
                (first, count) => _network.Embedding.Read(result.AsSpan(first * length, count * length)),
                cancellation);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    /// <summary>Runs something on the network while nobody else does.</summary>
    internal T WithNetwork<T>(Func<ResidualNetwork, T> use)
    {
        lock (_gate)
        {
            return use(_network);
        }
    }

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        float[] result = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                result[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return result;
    }
}
