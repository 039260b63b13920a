using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>One output of an operation: its values, and the memory it lies in with everything around it.</summary>
internal sealed record OpOutput(string Name, int[] Extent, double[] Values, byte[] Bytes, bool IsTensor);

/// <summary>
/// Makes the arguments of one operation on one device. Inputs are seeded, the same on every device, with NaN in the images and rows
/// beyond those in use; outputs are full of NaN. <see cref="Collect"/> checks what must not have changed and reads the outputs.
/// </summary>
internal sealed class OpBench(IDevice device, ulong seed) : IDisposable
{
    private readonly TestRandom _random = new(seed);
    private readonly List<IDisposable> _owned = [];
    private readonly List<Tensor> _tensors = [];
    private readonly List<(string Name, Tensor Tensor)> _outputTensors = [];
    private readonly List<(string Name, Matrix Matrix, long? Version)> _outputMatrices = [];
    private readonly List<(Tensor Tensor, byte[] Before)> _inputTensors = [];
    private readonly List<(Matrix Matrix, byte[] Before)> _inputMatrices = [];

    public IDevice Device => device;

    public TestRandom Random => _random;

    /// <summary>A tensor that the operation only reads.</summary>
    public Tensor Input(TensorShape shape, int images, double low = -1, double high = 1)
    {
        Tensor tensor = Filled(shape, images, low, high, quantum: 0);
        _inputTensors.Add((tensor, RawMemory.Bytes(tensor).ToArray()));
        return tensor;
    }

    /// <summary>An input of multiples of 1/4: full of ties and zeros.</summary>
    public Tensor TiedInput(TensorShape shape, int images, double low = -1, double high = 1)
    {
        Tensor tensor = Filled(shape, images, low, high, quantum: 0.25);
        _inputTensors.Add((tensor, RawMemory.Bytes(tensor).ToArray()));
        return tensor;
    }

    /// <summary>A tensor that the operation must fill.</summary>
    public Tensor Output(string name, TensorShape shape, int images)
    {
        Tensor tensor = Poisoned(shape, images);
        _outputTensors.Add((name, tensor));
        return tensor;
    }

    /// <summary>A tensor that the operation reads and overwrites.</summary>
    public Tensor InOut(string name, TensorShape shape, int images)
    {
        Tensor tensor = Filled(shape, images, -1, 1, quantum: 0);
        _outputTensors.Add((name, tensor));
        return tensor;
    }

    /// <summary>Scratch of the arrangement: neither checked nor read.</summary>
    public Tensor Intermediate(TensorShape shape, int images) => Poisoned(shape, images);

    /// <summary>A matrix that the operation only reads.</summary>
    public Matrix Input(int capacity, int rows, int columns, double low = -1, double high = 1)
    {
        Matrix matrix = Filled(capacity, rows, columns, low, high);
        _inputMatrices.Add((matrix, RawMemory.Bytes(matrix).ToArray()));
        return matrix;
    }

    /// <summary>A matrix that the operation must fill.</summary>
    public Matrix Output(string name, int capacity, int rows, int columns)
    {
        Matrix matrix = Owned(device.CreateMatrix(capacity, columns));
        Poison(matrix);
        matrix.UsedRows = rows;
        return Watch(name, matrix);
    }

    /// <summary>A matrix that the operation reads and overwrites.</summary>
    public Matrix InOut(string name, int capacity, int rows, int columns) => Watch(name, Filled(capacity, rows, columns, -1, 1));

    /// <summary>A parameter whose gradient the operation must fill (<paramref name="gradient"/> names it) or must leave alone.</summary>
    public Parameter Weights(int length, string? gradient)
    {
        Parameter parameter = Owned(new Parameter(device, length));
        parameter.Values.Write(_random.Floats(length));
        _inputMatrices.Add((parameter.Values, RawMemory.Bytes(parameter.Values).ToArray()));
        FillGradient(parameter, gradient);
        return parameter;
    }

    /// <summary>A parameter with gradient and velocity, for the optimiser.</summary>
    /// <param name="length">Scalars.</param>
    /// <param name="decays">Whether the weight decay is for it.</param>
    /// <param name="suffix">Of the names of its outputs.</param>
    public Parameter Trainable(int length, bool decays = true, string suffix = "")
    {
        Parameter parameter = Owned(new Parameter(device, length, decays));
        parameter.Values.Write(_random.Floats(length));
        parameter.Gradient.Write(_random.Floats(length));
        parameter.Velocity.Write(_random.Floats(length));
        _inputMatrices.Add((parameter.Gradient, RawMemory.Bytes(parameter.Gradient).ToArray()));
        Watch($"values{suffix}", parameter.Values);
        Watch($"velocity{suffix}", parameter.Velocity);
        return parameter;
    }

    /// <summary>A normalisation with values everywhere. A training pass fills the batch statistics and moves the running ones.</summary>
    public BatchNorm Norm(int channels, bool trainingPass = false, bool backwardPass = false)
    {
        BatchNorm norm = Owned(new BatchNorm(device, channels, 1e-3, 0.1));
        norm.Scale.Values.Write(_random.Floats(channels, 0.5, 1.5));
        norm.Shift.Values.Write(_random.Floats(channels));
        norm.RunningMean.Write(_random.Floats(channels));
        norm.RunningVariance.Write(_random.Floats(channels, 0.2, 2));
        norm.BatchMean.Write(_random.Floats(channels, -0.3, 0.3));
        norm.BatchInverseDeviation.Write(_random.Floats(channels, 0.5, 2));
        FillGradient(norm.Scale, backwardPass ? "dscale" : null);
        FillGradient(norm.Shift, backwardPass ? "dshift" : null);
        if (trainingPass)
        {
            Poison(norm.BatchMean);
            Poison(norm.BatchInverseDeviation);
            Watch("batch mean", norm.BatchMean);
            Watch("batch inverse deviation", norm.BatchInverseDeviation);
            Watch("running mean", norm.RunningMean);
            Watch("running variance", norm.RunningVariance);
        }
        else
        {
            foreach (Matrix matrix in new[] { norm.Scale.Values, norm.Shift.Values, norm.RunningMean, norm.RunningVariance, norm.BatchMean, norm.BatchInverseDeviation })
            {
                _inputMatrices.Add((matrix, RawMemory.Bytes(matrix).ToArray()));
            }
        }

        return norm;
    }

    /// <summary>Inputs unchanged, borders zero, written matrices touched; then the outputs.</summary>
    public IReadOnlyList<OpOutput> Collect()
    {
        foreach ((Tensor tensor, byte[] before) in _inputTensors)
        {
            TensorAssert.SameBytes($"the input {tensor.Shape}", before, RawMemory.Bytes(tensor));
        }

        foreach ((Matrix matrix, byte[] before) in _inputMatrices)
        {
            TensorAssert.SameBytes($"the input matrix [{matrix.Rows}, {matrix.Columns}]", before, RawMemory.Bytes(matrix));
        }

        foreach (Tensor tensor in _tensors)
        {
            TensorAssert.BordersAreZero("after the operation", tensor);
        }

        List<OpOutput> outputs = [];
        foreach ((string name, Tensor tensor) in _outputTensors)
        {
            int[] extent = [tensor.Images, tensor.Shape.Height, tensor.Shape.Width, tensor.Shape.Channels];
            float[] values = new float[extent[0] * extent[1] * extent[2] * extent[3]];
            tensor.Read(values);
            outputs.Add(new OpOutput(name, extent, Array.ConvertAll(values, v => (double)v), RawMemory.Bytes(tensor).ToArray(), true));
        }

        foreach ((string name, Matrix matrix, long? version) in _outputMatrices)
        {
            Assert.True(version is null || RawMemory.Version(matrix) > version, $"{name} was written without Touch: packed copies of it would be stale.");
            float[] values = new float[matrix.UsedRows * matrix.Columns];
            matrix.Read(values);
            outputs.Add(new OpOutput(name, [matrix.UsedRows, matrix.Columns], Array.ConvertAll(values, v => (double)v), RawMemory.Bytes(matrix).ToArray(), false));
        }

        return outputs;
    }

    public void Dispose()
    {
        foreach (IDisposable item in _owned)
        {
            item.Dispose();
        }
    }

    private static void Poison(Matrix matrix)
    {
        float[] nan = new float[matrix.UsedRows * matrix.Columns];
        Array.Fill(nan, float.NaN);
        matrix.Write(nan);
    }

    private T Owned<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    private Matrix Watch(string name, Matrix matrix)
    {
        _outputMatrices.Add((name, matrix, RawMemory.Version(matrix)));
        return matrix;
    }

    private void FillGradient(Parameter parameter, string? gradient)
    {
        Poison(parameter.Gradient);
        if (gradient is null)
        {
            _inputMatrices.Add((parameter.Gradient, RawMemory.Bytes(parameter.Gradient).ToArray()));
        }
        else
        {
            Watch(gradient, parameter.Gradient);
        }
    }

    private Tensor Poisoned(TensorShape shape, int images)
    {
        Tensor tensor = Owned(device.CreateTensor(shape));
        _tensors.Add(tensor);
        float[] nan = new float[shape.Images * shape.Channels * shape.Height * shape.Width];
        Array.Fill(nan, float.NaN);
        tensor.Write(nan);
        tensor.Images = images;
        return tensor;
    }

    private Tensor Filled(TensorShape shape, int images, double low, double high, double quantum)
    {
        Tensor tensor = Poisoned(shape, images);
        float[] values = _random.Floats(images * shape.Channels * shape.Height * shape.Width, low, high);
        if (quantum > 0)
        {
            values = Array.ConvertAll(values, v => (float)(Math.Round(v / quantum) * quantum));
        }

        tensor.Write(values);
        return tensor;
    }

    private Matrix Filled(int capacity, int rows, int columns, double low, double high)
    {
        Matrix matrix = Owned(device.CreateMatrix(capacity, columns));
        Poison(matrix);
        matrix.UsedRows = rows;
        matrix.Write(_random.Floats(rows * columns, low, high));
        return matrix;
    }
}
