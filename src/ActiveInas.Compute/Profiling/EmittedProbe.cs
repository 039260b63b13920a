using ActiveInas.Compute.Cpu.Emitted;
using Iced.Intel;

namespace ActiveInas.Compute.Profiling;

/// <summary>A loop of emitted products that never leaves the registers.</summary>
/// <param name="name">For example <c>dot-avx512bf16</c>.</param>
/// <param name="instructionSet">What it needs.</param>
/// <param name="flopsPerRound">Of the loop.</param>
/// <param name="emit">Emits <c>void loop(long rounds)</c>.</param>
/// <param name="kernel">Enters and leaves the state that the loop needs.</param>
internal sealed unsafe class EmittedProbe(string name, InstructionSet instructionSet, int flopsPerRound, Func<Assembler> emit, Func<ProductKernel> kernel)
    : LimitProbe(name, instructionSet)
{
    private const long Rounds = 2_000;
    private readonly Lazy<(CodeMemory Loop, ProductKernel Kernel)> _code = new(() => (new CodeMemory($"limit-{name}", emit()), kernel()));

    public override long UnitsPerItem => Rounds * flopsPerRound;

    public override void Run(int item)
    {
        (CodeMemory loop, ProductKernel state) = _code.Value;
        state.Enter();
        ((delegate* unmanaged<long, void>)loop.Entry)(Rounds);
        state.Leave();
    }
}
