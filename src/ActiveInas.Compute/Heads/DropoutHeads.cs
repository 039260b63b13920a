using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Heads;

/// <summary>One row of the table of stochastic heads. Names follow dropout-isa.</summary>
/// <param name="Name">For example <c>dropout-avx512</c>.</param>
/// <param name="InstructionSet">What the hardware must offer.</param>
/// <param name="Create">Makes a head of weights [units, classes], bias [classes] and the dropout rate.</param>
internal sealed record DropoutHeadRow(string Name, InstructionSet InstructionSet, Func<float[], float[], double, DropoutHead> Create)
{
    /// <summary>Whether this machine can run it, whatever the cap.</summary>
    public bool IsSupported => InstructionSet <= CpuFeatures.Hardware;
}

/// <summary>The only source of dispatch and tests of stochastic heads. All rows give the same bytes.</summary>
internal static class DropoutHeads
{
    /// <summary>All rows, slowest first.</summary>
    public static IReadOnlyList<DropoutHeadRow> Rows { get; } =
    [
        new("dropout-reference", InstructionSet.Reference, (weights, bias, rate) => new PlainDropoutHead(weights, bias, rate)),
        new("dropout-portable", InstructionSet.Portable, (weights, bias, rate) => new DropoutHead<Vector128<float>, Lanes128>(weights, bias, rate)),
        new("dropout-avx2", InstructionSet.Avx2, (weights, bias, rate) => new DropoutHead<Vector256<float>, Lanes256>(weights, bias, rate)),
        new("dropout-avx512", InstructionSet.Avx512, (weights, bias, rate) => new DropoutHead<Vector512<float>, Lanes512>(weights, bias, rate)),
    ];

    /// <summary>The fastest row that the machine offers and <see cref="CpuFeatures.CapVariable"/> allows.</summary>
    public static DropoutHeadRow Best => Rows.Last(row => row.InstructionSet <= CpuFeatures.Best);
}
