using System.Numerics;

namespace ActiveInas.Compute.Cpu;

/// <summary>Every operation as plain loops, generic over storage. Never optimised: it is what the fast families are checked against.</summary>
/// <remarks>Threads share the outermost loop of an operation only where each output has one writer, so they never change a result.
/// The accumulation order of a convolution is part of the contract: see <see cref="Convolutions.ConvolutionLoops{T, A, S}"/>.</remarks>
internal sealed partial class ReferenceDevice<T, A, S>(string name, int threads) : IDevice
    where T : unmanaged
    where A : unmanaged, IBinaryFloatingPointIeee754<A>
    where S : struct, IStorage<T, A>
{
    public string KernelName => name;

    public StorageType Storage => S.Type;

    public Tensor CreateTensor(TensorShape shape) => new CpuTensor<T, A, S>(shape);

    public Matrix CreateMatrix(int rows, int columns) => new CpuMatrix<A>(rows, columns);

    public void Dispose()
    {
    }

    private static CpuTensor<T, A, S> Own(Tensor tensor, string role) => OperationGuard.Owned<T, A, S>(tensor, role);

    private static CpuMatrix<A> Own(Matrix matrix, string role) => OperationGuard.Owned<A>(matrix, role);

    private static A Convert(double value) => A.CreateTruncating(value);

    private static double Widen(A value) => double.CreateTruncating(value);

    private void ForEach(int items, Action<int> body) => PlainLoop.ForEach(threads, items, body);
}
