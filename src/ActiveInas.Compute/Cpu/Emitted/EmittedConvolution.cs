using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;
using Epilogue = ActiveInas.Compute.Cpu.Convolutions.Epilogue<ActiveInas.Compute.BFloat16, ActiveInas.Compute.Cpu.BFloat16Storage, System.Runtime.Intrinsics.Vector512<float>, ActiveInas.Compute.Cpu.Vector.Lanes512>;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Convolutions as batch-reduce products of bf16 pairs with fp32 sums, on a kernel that is emitted at run time.</summary>
/// <remarks>Cuts and summation orders depend on shapes only, never on the number of threads.</remarks>
internal sealed unsafe partial class EmittedConvolution : IConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>
{
    private const int Block = BlockedLayout.FullBlock;

    /// <summary>Largest H' W' that is worked on across images.</summary>
    private const int AcrossPixels = 256;

    /// <summary>Pairs, or rows of weights, in a product.</summary>
    private const int Pairs = Panels.Pairs;

    private const int PanelLength = Panels.Length;
    private const int RowBytes = Block * sizeof(ushort);
    private readonly Workspace _work;
    private readonly ProductKernel _kernel;
    private readonly IColumnKernel? _columns;
    private readonly Dictionary<(ConvolutionShape Shape, BlockedLayout X, BlockedLayout Y), PositionPlan> _plans = [];
    private readonly GrowingBuffer<BFloat16> _planes;
    private readonly GrowingBuffer<BFloat16> _inputPairs;
    private readonly GrowingBuffer<BFloat16> _gradientRows;

    /// <param name="work">Threads and memory.</param>
    /// <param name="kernel">Multiplies; freed by whoever made it.</param>
    public EmittedConvolution(Workspace work, ProductKernel kernel)
    {
        (_work, _kernel) = (work, kernel);
        _columns = kernel as IColumnKernel;
        _planes = work.Buffer<BFloat16>();
        _inputPairs = work.Buffer<BFloat16>();
        _gradientRows = work.Buffer<BFloat16>();
    }

    public bool Takes(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => !x.IsImage && !y.IsImage;

    /// <summary>One a work item, and so in the cache when it is taken.</summary>
    public ImageChunks ChunksOf(ConvolutionShape shape, BlockedLayout x, Bf16Tensor y)
    {
        int images = Plan(shape, x, y.Layout).ImagesPerRun;
        return new ImageChunks(y.Layout.ChannelBlocks, (y.Images + images - 1) / images, images, y.Images);
    }

    public bool Pools(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => true;

    public void Forward(ConvolutionShape shape, Bf16Tensor x, CpuMatrix<float> w, Bf16Tensor y, Epilogue epilogue, Bf16Tensor? pooled = null)
    {
        PositionPlan plan = Plan(shape, x.Layout, y.Layout);
        BFloat16* packed = PackForward(plan, w);
        _work.Pool.Run(new SweepItems(this, plan, plan.Forward, Prepare(plan, x), packed, y, epilogue, pooled));
    }

    public void BackwardData(ConvolutionShape shape, Bf16Tensor dy, CpuMatrix<float> w, Bf16Tensor dx, bool accumulate)
    {
        PositionPlan plan = Plan(shape, dx.Layout, dy.Layout);
        BFloat16* packed = PackBackward(plan, w);
        _work.Pool.Run(new SweepItems(this, plan, plan.Backward, Operand.Of(dy), packed, dx, accumulate ? Epilogue.AddTo(dx) : default, null));
    }

    private PositionPlan Plan(ConvolutionShape shape, BlockedLayout x, BlockedLayout y)
    {
        if (!_plans.TryGetValue((shape, x, y), out PositionPlan? plan))
        {
            int images = ImageChunks.Of(y, y.Shape.Images, ImageChunks.StatisticsPositions).Images;
            plan = new PositionPlan(shape, x, y, _kernel.GroupRows, images, AcrossPixels);
            _plans.Add((shape, x, y), plan);
        }

        return plan;
    }
}
