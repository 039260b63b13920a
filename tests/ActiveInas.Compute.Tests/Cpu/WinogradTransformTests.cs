using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;
using ActiveInas.Compute.Cpu.Winograd;
using FourOutputs = ActiveInas.Compute.Cpu.Winograd.FourOutputs<System.Runtime.Intrinsics.Vector128<float>, ActiveInas.Compute.Cpu.Vector.Lanes128, ActiveInas.Compute.Cpu.Winograd.IntegerPoints>;
using ReciprocalOutputs = ActiveInas.Compute.Cpu.Winograd.FourOutputs<System.Runtime.Intrinsics.Vector128<float>, ActiveInas.Compute.Cpu.Vector.Lanes128, ActiveInas.Compute.Cpu.Winograd.ReciprocalPoints>;
using TwoOutputs = ActiveInas.Compute.Cpu.Winograd.TwoOutputs<System.Runtime.Intrinsics.Vector128<float>, ActiveInas.Compute.Cpu.Vector.Lanes128>;

namespace ActiveInas.Compute.Tests.Cpu;

/// <summary>The matrices that the transforms spell out, read back by transforming unit vectors.</summary>
public sealed unsafe class WinogradTransformTests
{
    private const double LastPlaces = 1e-6;

    /// <summary>y[i] = g0 d[i] + g1 d[i + 1] + g2 d[i + 2].</summary>
    [Fact]
    public void Four_outputs_are_a_filter_of_three_taps()
    {
        VerifyFilter(Matrix<FourOutputs.Input>(), Matrix<FourOutputs.Filter>(), Matrix<FourOutputs.Output>(), above: 0);
        VerifyFilter(Matrix<ReciprocalOutputs.Input>(), Matrix<ReciprocalOutputs.Filter>(), Matrix<ReciprocalOutputs.Output>(), above: 0);
    }

    /// <summary>The same with a zero before the first input and one after the last.</summary>
    [Fact]
    public void Two_outputs_are_a_filter_of_three_taps_between_zeros()
        => VerifyFilter(Matrix<TwoOutputs.Input>(), Matrix<TwoOutputs.Filter>(), Matrix<TwoOutputs.Output>(), above: 1);

    /// <summary>The weight gradient is the adjoint: the transposed matrices.</summary>
    [Fact]
    public void Gradients_are_transposed()
    {
        VerifyTransposed(Matrix<FourOutputs.Output>(), Matrix<FourOutputs.OutputGradient>());
        VerifyTransposed(Matrix<FourOutputs.Filter>(), Matrix<FourOutputs.FilterGradient>());
        VerifyTransposed(Matrix<ReciprocalOutputs.Output>(), Matrix<ReciprocalOutputs.OutputGradient>());
        VerifyTransposed(Matrix<ReciprocalOutputs.Filter>(), Matrix<ReciprocalOutputs.FilterGradient>());
        VerifyTransposed(Matrix<TwoOutputs.Output>(), Matrix<TwoOutputs.OutputGradient>());
        VerifyTransposed(Matrix<TwoOutputs.Filter>(), Matrix<TwoOutputs.FilterGradient>());
    }

    /// <summary>Lavin and Gray, section 4.3.</summary>
    [Fact]
    public void The_input_matrix_is_the_published_one()
    {
        double[,] expected =
        {
            { 4, 0, -5, 0, 1, 0 }, { 0, -4, -4, 1, 1, 0 }, { 0, 4, -4, -1, 1, 0 },
            { 0, -2, -1, 2, 1, 0 }, { 0, 2, -1, -2, 1, 0 }, { 0, 4, 0, -5, 0, 1 },
        };
        Assert.Equal(expected, Matrix<FourOutputs.Input>());
    }

    private static void VerifyFilter(double[,] input, double[,] filter, double[,] output, int above)
    {
        for (int y = 0; y < output.GetLength(0); y++)
        {
            for (int tap = 0; tap < filter.GetLength(1); tap++)
            {
                for (int d = 0; d < input.GetLength(1); d++)
                {
                    double sum = Enumerable.Range(0, input.GetLength(0)).Sum(element => output[y, element] * filter[element, tap] * input[element, d]);
                    double expected = d == y + tap - above ? 1 : 0;
                    Assert.True(Math.Abs(sum - expected) < LastPlaces, $"y{y} has {sum} of g{tap} d{d}, expected {expected}");
                }
            }
        }
    }

    private static void VerifyTransposed(double[,] matrix, double[,] gradient)
    {
        for (int row = 0; row < matrix.GetLength(0); row++)
        {
            for (int column = 0; column < matrix.GetLength(1); column++)
            {
                Assert.True(Math.Abs(matrix[row, column] - gradient[column, row]) < LastPlaces, $"[{row}, {column}]: {matrix[row, column]} and {gradient[column, row]}");
            }
        }
    }

    /// <summary>[To, From].</summary>
    private static double[,] Matrix<M>()
        where M : struct, ITransform<Vector128<float>, Lanes128>
    {
        double[,] matrix = new double[M.To, M.From];
        float* source = stackalloc float[M.From * Lanes128.Count];
        float* target = stackalloc float[M.To * Lanes128.Count];
        for (int column = 0; column < M.From; column++)
        {
            new Span<float>(source, M.From * Lanes128.Count).Clear();
            new Span<float>(source + (column * Lanes128.Count), Lanes128.Count).Fill(1);
            M.Apply<float, float>(new(source, Lanes128.Count), new(target, Lanes128.Count));
            for (int row = 0; row < M.To; row++)
            {
                matrix[row, column] = target[row * Lanes128.Count];
            }
        }

        return matrix;
    }
}
