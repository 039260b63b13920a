using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;

namespace ActiveInas.Networks;

/// <summary>Runs a network over many images in batches, without augmentation. A result depends on its own image only.</summary>
/// <remarks>Indices are bare because the set may be the test part, which sample ids cannot name.</remarks>
public sealed class InferenceBatch
{
    private readonly ResidualNetwork _network;
    private readonly Normalization _normalization;
    private readonly byte[] _pixels;

    /// <param name="network">In inference mode; a training network may be given between two steps.</param>
    /// <param name="normalization">Of the pixels.</param>
    public InferenceBatch(ResidualNetwork network, Normalization normalization)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        (_, _, int height, int width) = network.Plan.Shape;
        _normalization = normalization;
        _pixels = new byte[network.Capacity * height * width * 3];
    }

    /// <summary>An inference network whose batch is cut for large images, so that memory stays bounded.</summary>
    internal static ResidualNetwork CreateNetwork(IDevice device, NetworkShape shape, NormSettings norm)
        => new(device, shape, norm, Math.Clamp(device.PreferredBatch * 32 * 32 / (shape.Height * shape.Width), 1, device.PreferredBatch), training: false);

    /// <summary>Calls <paramref name="visit"/> with (first, count) after each batch, while its logits and embeddings are in the network.</summary>
    /// <param name="images">The set.</param>
    /// <param name="indices">Which images, [n].</param>
    /// <param name="visit">Told the position of the batch among the indices and its length.</param>
    /// <param name="cancellation">Asked before each batch.</param>
    /// <exception cref="ArgumentException">The images have another size than the network's.</exception>
    public void Run(ImageSet images, ReadOnlySpan<int> indices, Action<int, int> visit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(visit);
        (_, _, int height, int width) = _network.Plan.Shape;
        if (images.Height != height || images.Width != width)
        {
            throw new ArgumentException($"The network takes {height}x{width} images, the set holds {images.Height}x{images.Width}.");
        }

        int size = height * width * 3;
        for (int first = 0; first < indices.Length; first += _network.Capacity)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(_network.Capacity, indices.Length - first);
            for (int n = 0; n < count; n++)
            {
                images.Image(indices[first + n]).CopyTo(_pixels.AsSpan(n * size, size));
            }

            _network.Load(_pixels.AsSpan(0, count * size), count, _normalization);
            _network.ForwardInference();
            visit(first, count);
        }
    }
}
