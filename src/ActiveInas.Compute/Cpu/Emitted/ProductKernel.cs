namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>A product kernel: see <see cref="ProductArguments"/>.</summary>
/// <param name="groupRows">Rows in one of the two groups of A.</param>
internal abstract unsafe class ProductKernel(int groupRows) : IDisposable
{
    /// <summary>Rows in one of the two groups of A.</summary>
    public int GroupRows { get; } = groupRows;

    /// <summary>Rows of C.</summary>
    public int Rows => 2 * GroupRows;

    /// <summary>Before the first <see cref="Multiply"/> of a work item, on the thread that runs it.</summary>
    public virtual void Enter()
    {
    }

    /// <summary>After the last one.</summary>
    public virtual void Leave()
    {
    }

    /// <summary>One batch-reduce product.</summary>
    public abstract void Multiply(ProductArguments* arguments);

    /// <summary>Rounds sums and stores them.</summary>
    public abstract void Store(EpilogueArguments* arguments);

    public abstract void Dispose();
}

/// <summary>A product kernel that also reads A by columns, which spares transposing it.</summary>
internal unsafe interface IColumnKernel
{
    /// <summary>The product with A_i as [16 pairs][32 rows][2]: a group starts at base + AOffsets[i], 4 bytes a row, 128 bytes a pair.</summary>
    void MultiplyColumns(ProductArguments* arguments);
}

/// <summary>A product kernel whose sums are stored by emitted code too.</summary>
internal abstract unsafe class EmittedProductKernel(int groupRows) : ProductKernel(groupRows)
{
    /// <summary>By what they do: 1 scale, 2 add, 4 rectify.</summary>
    private readonly CodeMemory[] _epilogues = [.. Enumerable.Range(0, 8).Select(Epilogue)];

    public sealed override void Store(EpilogueArguments* arguments)
    {
        int variant = (arguments->Factors != null ? 1 : 0) | (arguments->Addend != null ? 2 : 0) | (arguments->Rectify != 0 ? 4 : 0);
        ((delegate* unmanaged[SuppressGCTransition]<EpilogueArguments*, void>)_epilogues[variant].Entry)(arguments);
    }

    private static CodeMemory Epilogue(int variant)
    {
        (bool scales, bool adds, bool rectifies) = ((variant & 1) != 0, (variant & 2) != 0, (variant & 4) != 0);
        return new CodeMemory(EpilogueKernel.NameOf(scales, adds, rectifies), EpilogueKernel.Emit(scales, adds, rectifies));
    }

    public override void Dispose() => Array.ForEach(_epilogues, epilogue => epilogue.Dispose());
}

/// <summary>VDPBF16PS.</summary>
internal sealed unsafe class DotProductKernel : EmittedProductKernel, IColumnKernel
{
    private readonly CodeMemory _code = new("dot-rows", DotKernel.Emit());
    private readonly CodeMemory _columns = new("dot-columns", DotKernel.Emit(pairStride: 128));

    public DotProductKernel()
        : base(DotKernel.GroupRows)
    {
    }

    public override void Multiply(ProductArguments* arguments)
        => ((delegate* unmanaged[SuppressGCTransition]<ProductArguments*, void>)_code.Entry)(arguments);

    public void MultiplyColumns(ProductArguments* arguments)
        => ((delegate* unmanaged[SuppressGCTransition]<ProductArguments*, void>)_columns.Entry)(arguments);

    public override void Dispose()
    {
        base.Dispose();
        _code.Dispose();
        _columns.Dispose();
    }
}

/// <summary>AMX tiles, configured once a work item (that costs as much as several products) and released after it, so that the system need
/// not save tiles when it switches threads.</summary>
internal sealed unsafe class TileProductKernel : EmittedProductKernel
{
    private readonly CodeMemory _code = new("tile-rows", TileKernel.Emit());
    private readonly CodeMemory _enter = new("tile-enter", TileKernel.EmitEnter());
    private readonly CodeMemory _leave = new("tile-leave", TileKernel.EmitLeave());
    private readonly NativeBuffer<byte> _configuration = new(TileKernel.ConfigurationLength);

    public TileProductKernel()
        : base(TileKernel.GroupRows)
    {
        TileKernel.Configure(_configuration.Span);
    }

    public override void Enter() => ((delegate* unmanaged[SuppressGCTransition]<byte*, void>)_enter.Entry)(_configuration.Pointer);

    public override void Leave() => ((delegate* unmanaged[SuppressGCTransition]<void>)_leave.Entry)();

    public override void Multiply(ProductArguments* arguments)
        => ((delegate* unmanaged[SuppressGCTransition]<ProductArguments*, void>)_code.Entry)(arguments);

    public override void Dispose()
    {
        base.Dispose();
        _code.Dispose();
        _enter.Dispose();
        _leave.Dispose();
        _configuration.Dispose();
    }
}
