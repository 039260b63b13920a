using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Runs.Forecast;

namespace ActiveInas.Runs.Estimation;

/// <summary>What a network was measured to take.</summary>
/// <param name="Start">Seconds before the first step of a training.</param>
/// <param name="Train">Seconds of an image in a training step.</param>
/// <param name="Infer">Seconds of an image in a pass without training.</param>
/// <param name="Bytes">Native memory of a training, or of inference where that takes more.</param>
public readonly record struct Measurement(double Start, double Train, double Infer, double Bytes);

/// <summary>Times and memory of any architecture from those of a few.</summary>
/// <remarks>
/// With the same number of FLOPs in every block but the first of a stack, cost(i, j) = cost(1, j) + (i - 1) (g_1 + ... + g_j). g_1 = cost(2, 1) - cost(1, 1); the
/// further g grow or fall evenly from stack to stack so that cost(2, J) is met, J being the most stacks measured. Beyond J, seconds of an image grow with the FLOPs,
/// and the start and the memory of a training with the parameters.
/// </remarks>
/// <param name="measured">The anchors of <paramref name="stacks"/>, and others.</param>
/// <param name="stacks">J; 0 when nothing is searched.</param>
/// <param name="data">Size of the images, number of classes.</param>
internal sealed class MeasuredSpeed(IReadOnlyDictionary<Architecture, Measurement> measured, int stacks, DataShape data) : ISpeed
{
    /// <summary>What must be measured for runs that may reach so many stacks.</summary>
    /// <param name="stacks">J; 0 when nothing is searched.</param>
    /// <param name="others">Further architectures, which are then exact.</param>
    public static IReadOnlyList<Architecture> Anchors(int stacks, IEnumerable<Architecture> others)
    {
        IEnumerable<Architecture> anchors = Enumerable.Range(1, stacks).Select(j => new Architecture(1, j));
        return [.. (stacks == 0 ? [] : anchors.Append(new Architecture(2, 1)).Append(new Architecture(2, stacks))).Concat(others).Distinct()];
    }

    public double Start(Architecture architecture) => Of(architecture, measurement => measurement.Start, WithParameters);

    public double Train(Architecture architecture) => Of(architecture, measurement => measurement.Train, WithFlops);

    public double Infer(Architecture architecture) => Of(architecture, measurement => measurement.Infer, WithFlops);

    /// <summary>Native memory of a training.</summary>
    public double Bytes(Architecture architecture) => Of(architecture, measurement => measurement.Bytes, WithParameters);

    private double Of(Architecture node, Func<Measurement, double> cost, Func<Architecture, Func<Measurement, double>, double> beyond)
    {
        if (measured.TryGetValue(node, out Measurement known))
        {
            return cost(known);
        }

        if (stacks == 0)
        {
            throw new InvalidOperationException($"{node} was not measured, and nothing that it could be derived from.");
        }

        if (node.Stacks > stacks)
        {
            return beyond(node, cost);
        }

        double first = cost(measured[new Architecture(2, 1)]) - cost(measured[new Architecture(1, 1)]);
        double all = cost(measured[new Architecture(2, stacks)]) - cost(measured[new Architecture(1, stacks)]);

        // g_s = first + (s - 1) slope, and the sum over all stacks is met.
        double slope = stacks == 1 ? 0 : (all - (stacks * first)) * 2 / (stacks * (stacks - 1.0));
        double block = (node.Stacks * first) + (slope * node.Stacks * (node.Stacks - 1) / 2);
        return cost(measured[new Architecture(1, node.Stacks)]) + ((node.Blocks - 1) * Math.Max(block, 0));
    }

    private double WithFlops(Architecture node, Func<Measurement, double> cost)
    {
        Architecture deepest = new(node.Blocks, stacks);
        return Of(deepest, cost, WithFlops) * Flops(node) / Flops(deepest);
    }

    // What the last stack measured added for each of its parameters.
    private double WithParameters(Architecture node, Func<Measurement, double> cost)
    {
        Architecture deepest = new(node.Blocks, stacks);
        Architecture last = new(1, stacks);
        double added = stacks == 1
            ? cost(measured[last]) / Parameters(last)
            : (cost(measured[last]) - cost(measured[new Architecture(1, stacks - 1)])) / (Parameters(last) - Parameters(new Architecture(1, stacks - 1)));
        return Of(deepest, cost, WithParameters) + (Math.Max(added, 0) * (Parameters(node) - Parameters(deepest)));
    }

    private double Parameters(Architecture node) => node.ParameterCount(data.Classes);

    private double Flops(Architecture node) => node.ForwardFlops(data.Height, data.Width, data.Classes);
}
