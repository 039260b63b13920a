using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Gradients;

/// <summary>One double that can be moved: an entry of a tensor or of a matrix.</summary>
internal readonly record struct Variable(Func<double> Get, Action<double> Set);

/// <summary>A Reference device in double, and the central-difference check of one scalar function on it.</summary>
internal sealed class DoubleBench(ulong seed) : IDisposable
{
    private const double Step = 1e-5;
    private readonly List<IDisposable> _owned = [];

    public ReferenceDevice<double, double, DoubleStorage> Device { get; } = new("reference-fp64", threads: 1);

    public TestRandom Random { get; } = new(seed);

    public Tensor Tensor(TensorShape shape, double low = -1, double high = 1)
    {
        Tensor tensor = Device.CreateTensor(shape);
        _owned.Add(tensor);
        Fill(Variables(tensor), low, high);
        return tensor;
    }

    public Matrix Matrix(int rows, int columns, double low = -1, double high = 1)
    {
        Matrix matrix = Device.CreateMatrix(rows, columns);
        _owned.Add(matrix);
        Fill(Variables(matrix), low, high);
        return matrix;
    }

    public Parameter Parameter(int length)
    {
        Parameter parameter = new(Device, length);
        _owned.Add(parameter);
        Fill(Variables(parameter.Values), -1, 1);
        return parameter;
    }

    public BatchNorm BatchNorm(int channels)
    {
        BatchNorm norm = new(Device, channels, 1e-3, 0.1);
        _owned.Add(norm);
        Fill(Variables(norm.Scale.Values), 0.5, 1.5);
        Fill(Variables(norm.Shift.Values), -1, 1);
        return norm;
    }

    /// <summary>All values, [N, H, W, C].</summary>
    public static Variable[] Variables(Tensor tensor)
    {
        CpuTensor<double, double, DoubleStorage> own = (CpuTensor<double, double, DoubleStorage>)tensor;
        TensorShape shape = tensor.Shape;
        List<Variable> variables = [];
        for (int i = 0; i < shape.Images * shape.Height * shape.Width * shape.Channels; i++)
        {
            int c = i % shape.Channels;
            int x = i / shape.Channels % shape.Width;
            int y = i / (shape.Channels * shape.Width) % shape.Height;
            int n = i / (shape.Channels * shape.Width * shape.Height);
            variables.Add(new Variable(() => own[n, c, y, x], value => own[n, c, y, x] = value));
        }

        return [.. variables];
    }

    /// <summary>All values, row-major.</summary>
    public static Variable[] Variables(Matrix matrix)
    {
        CpuMatrix<double> own = (CpuMatrix<double>)matrix;
        return [.. Enumerable.Range(0, matrix.Rows * matrix.Columns).Select(i => new Variable(() => own.Span[i], value => own.Span[i] = value))];
    }

    /// <summary>All values, [N, H, W, C].</summary>
    public static double[] Values(Tensor tensor)
    {
        CpuTensor<double, double, DoubleStorage> own = (CpuTensor<double, double, DoubleStorage>)tensor;
        TensorShape shape = tensor.Shape;
        double[] values = new double[shape.Images * shape.Height * shape.Width * shape.Channels];
        int i = 0;
        for (int position = 0; position < shape.Images * shape.Height * shape.Width; position++)
        {
            for (int c = 0; c < shape.Channels; c++)
            {
                values[i++] = own[position / (shape.Height * shape.Width), c, position / shape.Width % shape.Height, position % shape.Width];
            }
        }

        return values;
    }

    /// <summary>All values, row-major.</summary>
    public static double[] Values(Matrix matrix) => ((CpuMatrix<double>)matrix).Span.ToArray();

    /// <summary>The linear functional sum of coefficients times values.</summary>
    public static double Dot(double[] coefficients, double[] values) => coefficients.Zip(values, (a, b) => a * b).Sum();

    /// <summary>Compares dLoss/dVariable with (loss(v + h) - loss(v - h)) / 2h, for every variable.</summary>
    public static void Verify(string what, double[] gradient, Variable[] variables, Func<double> loss)
    {
        double[] numeric = Array.ConvertAll(variables, variable =>
        {
            double value = variable.Get();
            variable.Set(value + Step);
            double above = loss();
            variable.Set(value - Step);
            double below = loss();
            variable.Set(value);
            return (above - below) / (2 * Step);
        });
        Assert.True(numeric.Any(value => Math.Abs(value) > 1e-3), $"{what}: the loss does not depend on it, the test would prove nothing.");
        TensorAssert.Close(what, [numeric.Length], numeric, gradient, Tolerance.FiniteDifference);
    }

    public void Dispose()
    {
        foreach (IDisposable item in _owned)
        {
            item.Dispose();
        }

        Device.Dispose();
    }

    private void Fill(Variable[] variables, double low, double high)
    {
        foreach (Variable variable in variables)
        {
            variable.Set(Random.Next(low, high));
        }
    }
}
