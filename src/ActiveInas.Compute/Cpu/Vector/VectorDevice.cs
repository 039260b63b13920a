namespace ActiveInas.Compute.Cpu.Vector;

/// <summary>The Vector family: fp32 arithmetic on vectors of V, storage T, every operation cut into work items.</summary>
/// <remarks>Every order of summation depends on shapes only, never on the number of threads.</remarks>
internal unsafe partial class VectorDevice<T, S, V, L> : IDevice
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    private protected const int Block = 32;
    private protected readonly WorkerPool _pool;
    private readonly NativeBuffer<float>?[] _scratch;
    private readonly Dictionary<(ConvolutionShape Shape, BlockedLayout X, BlockedLayout Y), ConvolutionPlan> _plans = [];

    public VectorDevice(string name, int threads)
    {
        KernelName = name;
        _pool = new WorkerPool(threads);
        _scratch = new NativeBuffer<float>?[threads];
        _sweep = new SweepItems(this);
        _across = new AcrossItems(this);
        _weightGradient = new WeightGradientItems(this);
        _packing = new PackingItems();
        _normStatistics = new NormStatisticsItems();
        _writtenStatistics = new WrittenStatistics();
        _normApply = new NormApplyItems();
        _normGradientSums = new NormGradientSumItems();
        _normGradient = new NormGradientItems();
        _maxPool = new MaxPoolItems(this);
        _averagePool = new AveragePoolItems();
        _dense = new DenseItems();
        _sgd = new SgdItems();
    }

    public string KernelName { get; }

    public StorageType Storage => S.Type;

    public int Threads => _pool.Threads;

    public Tensor CreateTensor(TensorShape shape) => new CpuTensor<T, float, S>(shape);

    public Matrix CreateMatrix(int rows, int columns) => new CpuMatrix<float>(rows, columns);

    public virtual void Dispose()
    {
        _pool.Dispose();
        foreach (NativeBuffer<float>? scratch in _scratch)
        {
            scratch?.Dispose();
        }

        _partials?.Dispose();
        _backwardWeights?.Dispose();
    }

    private protected static CpuTensor<T, float, S> Own(Tensor tensor) => OperationGuard.Owned<T, float, S>(tensor, nameof(tensor));

    private protected static CpuMatrix<float> Own(Matrix matrix) => OperationGuard.Owned<float>(matrix, nameof(matrix));

    /// <summary>Whether a tensor has up to 3 channels and so another layout. Networks have such tensors only as the input of their first
    /// convolution; everywhere else plain loops serve.</summary>
    private protected static bool IsImage(CpuTensor<T, float, S> tensor) => tensor.Layout.Block != Block;

    /// <summary>At least <paramref name="length"/> floats that belong to a worker; contents undefined.</summary>
    private protected float* Scratch(int worker, long length)
    {
        NativeBuffer<float>? buffer = _scratch[worker];
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            buffer = new NativeBuffer<float>(Math.Max(length, 65_536));
            _scratch[worker] = buffer;
        }

        return buffer.Pointer;
    }

    private ConvolutionPlan Plan(ConvolutionShape shape, BlockedLayout x, BlockedLayout y)
    {
        if (!_plans.TryGetValue((shape, x, y), out ConvolutionPlan? plan))
        {
            plan = new ConvolutionPlan(shape, x, y);
            _plans.Add((shape, x, y), plan);
        }

        return plan;
    }
}
