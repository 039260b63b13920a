using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;
using ActiveInas.Compute.Cpu.Winograd;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Convolutions on kernels that are emitted at run time, bf16 pairs with fp32 sums; everything else as the Vector family does it.</summary>
/// <remarks>Cuts and summation orders depend on shapes only, never on the number of threads.</remarks>
internal sealed unsafe partial class EmittedDevice : WinogradDevice<BFloat16, BFloat16Storage, Vector512<float>, Lanes512, BFloat16>
{
    /// <summary>Largest H' W' that is worked on across images.</summary>
    private const int AcrossPixels = 256;

    /// <summary>Pairs, or rows of weights, in a product.</summary>
    private const int Pairs = 16;

    /// <summary>bf16 values of B in a product: [16 pairs][32][2].</summary>
    private const int PanelLength = Pairs * Block * 2;
    private const int RowBytes = Block * sizeof(ushort);
    private readonly ProductKernel _kernel;
    private readonly bool _isWinograd;
    private readonly Dictionary<(ConvolutionShape Shape, BlockedLayout X, BlockedLayout Y), PositionPlan> _plans = [];
    private readonly SweepItems _sweep;
    private readonly PlaneItems _planeItems;
    private readonly PairItems _pairs;
    private readonly WeightGradientItems _weightGradient;
    private readonly PackingItems _packing;
    private NativeBuffer<BFloat16>? _planes;
    private NativeBuffer<BFloat16>? _inputPairs;
    private NativeBuffer<BFloat16>? _gradientRows;

    /// <param name="name">Of the row.</param>
    /// <param name="threads">At least 1.</param>
    /// <param name="kernel">Its owner is the device.</param>
    /// <param name="isWinograd">Whether convolutions may take fewer products, of transformed values that are rounded to bf16.</param>
    public EmittedDevice(string name, int threads, ProductKernel kernel, bool isWinograd = false)
        : base(name, threads)
    {
        if (isWinograd && !(kernel.Rows == RowsOfProduct && kernel.ReadsColumns))
        {
            throw new ArgumentException($"Winograd's algorithm wants products of {RowsOfProduct} rows that read columns; {kernel.GetType().Name} has {kernel.Rows} rows.");
        }

        _kernel = kernel;
        _isWinograd = isWinograd;
        _sweep = new SweepItems(this);
        _planeItems = new PlaneItems();
        _pairs = new PairItems();
        _weightGradient = new WeightGradientItems(this);
        _packing = new PackingItems();
    }

    public override void Dispose()
    {
        base.Dispose();
        _kernel.Dispose();
        _planes?.Dispose();
        _inputPairs?.Dispose();
        _gradientRows?.Dispose();
    }

    /// <summary>Grows a buffer to at least so many elements; contents undefined.</summary>
    private static BFloat16* Reserve(ref NativeBuffer<BFloat16>? buffer, long length)
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            buffer = new NativeBuffer<BFloat16>(length);
        }

        return buffer.Pointer;
    }

    private PositionPlan Plan(ConvolutionShape shape, BlockedLayout x, BlockedLayout y)
    {
        if (!_plans.TryGetValue((shape, x, y), out PositionPlan? plan))
        {
            int images = ImageChunks.Of(y, y.Shape.Images, StatisticsPositions).Images;
            plan = new PositionPlan(shape, x, y, _kernel.GroupRows, images, AcrossPixels);
            _plans.Add((shape, x, y), plan);
        }

        return plan;
    }
}
