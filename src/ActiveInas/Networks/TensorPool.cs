using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>What a shared tensor is used for; tensors of one shape and one role are the same memory.</summary>
internal enum TensorRole
{
    /// <summary>Output of the first half of a block.</summary>
    Middle,

    /// <summary>Output of a projection shortcut.</summary>
    Shortcut,

    /// <summary>Outputs of blocks 0, 2, 4, ...</summary>
    EvenBlock,

    /// <summary>Outputs of blocks 1, 3, 5, ... and the input of block 0.</summary>
    OddBlock,

    /// <summary>Gradient with respect to a block's output, then its input.</summary>
    BlockGradient,

    /// <summary>Gradient with respect to the second convolution's output.</summary>
    SecondGradient,

    /// <summary>Gradient with respect to the first convolution's output.</summary>
    FirstGradient,
}

/// <summary>
/// Makes and owns the tensors of one network. A network that trains keeps every activation for the backward pass; one that only infers
/// shares them by shape and role. Gradients are always shared, so a stack needs three however many blocks it has.
/// </summary>
internal sealed class TensorPool(IDevice device, int capacity, bool training) : IDisposable
{
    private readonly List<Tensor> _all = [];
    private readonly Dictionary<(TensorShape Shape, TensorRole Role), Tensor> _shared = [];

    /// <summary>Images every tensor can hold.</summary>
    public int Capacity => capacity;

    /// <summary>Whether the network trains.</summary>
    public bool Training => training;

    /// <summary>An activation: private when training, shared otherwise.</summary>
    public Tensor Activation(int channels, int height, int width, TensorRole role)
        => training ? Create(channels, height, width) : Shared(channels, height, width, role);

    /// <summary>A gradient, shared; null for a network that only infers.</summary>
    public Tensor? Gradient(int channels, int height, int width, TensorRole role)
        => training ? Shared(channels, height, width, role) : null;

    /// <summary>A tensor of its own.</summary>
    public Tensor Create(int channels, int height, int width)
    {
        Tensor tensor = device.CreateTensor(new TensorShape(capacity, channels, height, width));
        _all.Add(tensor);
        return tensor;
    }

    /// <summary>Sets the images in use of all tensors.</summary>
    public void SetImages(int images)
    {
        foreach (Tensor tensor in _all)
        {
            tensor.Images = images;
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _all)
        {
            tensor.Dispose();
        }

        _all.Clear();
        _shared.Clear();
    }

    private Tensor Shared(int channels, int height, int width, TensorRole role)
    {
        (TensorShape Shape, TensorRole Role) key = (new TensorShape(capacity, channels, height, width), role);
        if (!_shared.TryGetValue(key, out Tensor? tensor))
        {
            tensor = Create(channels, height, width);
            _shared.Add(key, tensor);
        }

        return tensor;
    }
}
