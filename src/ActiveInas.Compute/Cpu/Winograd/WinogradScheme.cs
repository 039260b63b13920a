using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>
/// A bilinear algorithm for 3x3 convolutions of stride 1 on square tiles: y = A^T [(G g G^T) * (B^T d B)] A. Products of elements, one a pair of
/// channels, sum over channels: they are a product of matrices for each element.
/// </summary>
/// <remarks>
/// The data gradient is the same convolution with turned weights. The weight gradient is the adjoint, dg = G^T [sum over tiles of
/// (B^T d B) * (A dy A^T)] G.
/// </remarks>
/// <typeparam name="T">Of tensors.</typeparam>
/// <param name="inputs">Rows of x that a tile of y reads: Inputs x Inputs.</param>
/// <param name="side">Elements a side.</param>
/// <param name="outputs">Rows of y in a tile.</param>
internal abstract unsafe class WinogradScheme<T>(int inputs, int side, int outputs)
    where T : unmanaged
{
    public int Inputs => inputs;

    public int Outputs => outputs;

    /// <summary>Products of a tile and a pair of channels.</summary>
    public int Elements => side * side;

    /// <summary>Rows of x above a tile that it reads.</summary>
    public int Above => (inputs - outputs) / 2;

    /// <summary>Products that the scheme saves, of an image and a pair of channels: those of the taps inside for one of its own.</summary>
    public double Saving(long height, long width)
        => ((3.0 * height) - 2) * ((3 * width) - 2) / (Tiles(height, Outputs) * Tiles(width, Outputs) * Elements);

    /// <summary>Tiles of so many outputs along an extent.</summary>
    public static long Tiles(long extent, int outputs) => (extent + outputs - 1) / outputs;

    /// <summary>B^T d B of 32 channels.</summary>
    public abstract void Input(T* source, nint rowStep, float* target, nint elementStep);

    /// <summary>The same, rounded to bf16.</summary>
    public abstract void Input(T* source, nint rowStep, BFloat16* target, nint elementStep);

    /// <summary>G g G^T of 32 weights; the taps lie tapStep apart.</summary>
    public abstract void Filter(float* source, nint tapStep, float* target, nint elementStep);

    /// <summary>A^T m A of 32 channels, into [Outputs x Outputs][32].</summary>
    public abstract void Output(float* source, nint elementStep, float* target);

    /// <summary>A dy A^T of 32 channels.</summary>
    public abstract void OutputGradient(T* source, nint rowStep, float* target, nint elementStep);

    /// <summary>G^T u G of 32 weights, into [9][32].</summary>
    public abstract void FilterGradient(float* source, nint elementStep, float* target);
}

/// <summary>A scheme by its five matrices, on one width of vectors.</summary>
internal sealed unsafe class WinogradScheme<T, V, L, TInput, TFilter, TOutput, TOutputGradient, TFilterGradient>()
    : WinogradScheme<T>(TInput.From, TInput.To, TOutput.To)
    where T : unmanaged
    where V : struct
    where L : struct, ILanes<V>
    where TInput : struct, ITransform<V, L>
    where TFilter : struct, ITransform<V, L>
    where TOutput : struct, ITransform<V, L>
    where TOutputGradient : struct, ITransform<V, L>
    where TFilterGradient : struct, ITransform<V, L>
{
    private const int Block = 32;

    public override void Input(T* source, nint rowStep, float* target, nint elementStep)
        => Square<TInput, V, L>.Apply(source, rowStep, Block, target, elementStep);

    public override void Input(T* source, nint rowStep, BFloat16* target, nint elementStep)
        => Square<TInput, V, L>.Apply(source, rowStep, Block, target, elementStep);

    public override void Filter(float* source, nint tapStep, float* target, nint elementStep)
        => Square<TFilter, V, L>.Apply(source, 3 * tapStep, tapStep, target, elementStep);

    public override void Output(float* source, nint elementStep, float* target)
        => Square<TOutput, V, L>.Apply(source, TOutput.From * elementStep, elementStep, target, Block);

    public override void OutputGradient(T* source, nint rowStep, float* target, nint elementStep)
        => Square<TOutputGradient, V, L>.Apply(source, rowStep, Block, target, elementStep);

    public override void FilterGradient(float* source, nint elementStep, float* target)
        => Square<TFilterGradient, V, L>.Apply(source, TFilterGradient.From * elementStep, elementStep, target, Block);
}
