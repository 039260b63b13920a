using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Tests.Contract;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>A kernel that does not give the bits of its plain twin is found when it is made.</summary>
public sealed unsafe class KernelCheckTests
{
    [Fact]
    public void A_twin_passes_against_itself()
    {
        Assert.Null(KernelCheck.Problem(new PlainDotKernel(), new PlainDotKernel()));
        Assert.Null(KernelCheck.Problem(new PlainTileKernel(), new PlainTileKernel()));
    }

    [SkippableFact]
    public void The_dot_kernel_passes_on_this_processor()
    {
        KernelRows.Supported("dot-avx512bf16-bf16");
        using DotProductKernel kernel = new();
        Assert.Null(KernelCheck.Problem(kernel, new PlainDotKernel()));
    }

    [Theory]
    [InlineData(Fault.Order, "Wrong, a product: the sum of row ")]
    [InlineData(Fault.Columns, "Wrong, a product from columns: the sum of row 5, column 3 is ")]
    [InlineData(Fault.Epilogue, "Wrong, an epilogue: value ")]
    [InlineData(Fault.Border, "Wrong, an epilogue: value 32 is ")]
    public void A_difference_is_said_with_both_values(Fault fault, string words)
    {
        string problem = KernelCheck.Problem(new Wrong(fault), new PlainDotKernel())!;
        Assert.StartsWith(words, problem, StringComparison.Ordinal);
        Assert.Contains("by plain loops", problem, StringComparison.Ordinal);
    }

    /// <summary>What is wrong.</summary>
    public enum Fault
    {
        /// <summary>Terms are summed the other way around.</summary>
        Order,

        /// <summary>One sum of a product from columns is off by a bit.</summary>
        Columns,

        /// <summary>Nothing is rectified.</summary>
        Epilogue,

        /// <summary>A border is written.</summary>
        Border,
    }

    private sealed class Wrong(Fault fault) : PlainKernel(DotKernel.GroupRows), IColumnKernel
    {
        public void MultiplyColumns(ProductArguments* arguments)
        {
            Multiply(arguments, Columns * sizeof(uint));
            if (fault == Fault.Columns)
            {
                float* sum = arguments->C + (5 * Columns) + 3;
                *sum = MathF.BitIncrement(*sum);
            }
        }

        public override void Store(EpilogueArguments* arguments)
        {
            EpilogueArguments changed = *arguments;
            changed.Rectify = fault == Fault.Epilogue ? 0 : arguments->Rectify;
            base.Store(&changed);
            if (fault == Fault.Border)
            {
                ((ushort*)arguments->Target)[Columns] = 1;
            }
        }

        protected override void Product(Span<float> sums, ushort* a, ushort* b)
        {
            for (int pair = 0; pair < Pairs; pair++)
            {
                for (int i = 0; i < 2; i++)
                {
                    int member = fault == Fault.Order ? i : 1 - i;
                    AddMember(sums, a[(2 * pair) + member], b + (2 * Columns * pair) + member);
                }
            }
        }
    }
}
