using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

/// <summary>Normalisation, pooling, the head and the optimiser in fp32 arithmetic on vectors of V, storage T; convolutions by the first of some engines that
/// takes them.</summary>
/// <remarks>Every operation is cut into work items. Every order of summation depends on shapes only, never on the number of threads.</remarks>
internal sealed unsafe partial class CpuDevice<T, S, V, L> : IDevice
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    private const int Block = BlockedLayout.FullBlock;
    private readonly Workspace _work;
    private readonly IReadOnlyList<IConvolution<T, S, V, L>> _engines;

    /// <param name="name">Of the row.</param>
    /// <param name="threads">At least 1.</param>
    /// <param name="engines">Makes the engines of convolutions, in the order in which they are asked; the last takes everything.</param>
    public CpuDevice(string name, int threads, Func<Workspace, IReadOnlyList<IConvolution<T, S, V, L>>> engines)
    {
        KernelName = name;
        _work = new Workspace(threads);
        _engines = engines(_work);
        _partials = _work.Buffer<float>(LeastPartials);
        _statistics = new WrittenStatistics<T, S, V, L>(threads);
    }

    public string KernelName { get; }

    public StorageType Storage => S.Type;

    public Tensor CreateTensor(TensorShape shape) => new CpuTensor<T, float, S>(shape);

    public Matrix CreateMatrix(int rows, int columns) => new CpuMatrix<float>(rows, columns);

    public void Dispose() => _work.Dispose();

    private static CpuTensor<T, float, S> Own(Tensor tensor) => OperationGuard.Owned<T, float, S>(tensor, nameof(tensor));

    private static CpuMatrix<float> Own(Matrix matrix) => OperationGuard.Owned<float>(matrix, nameof(matrix));
}
