using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Networks;

namespace ActiveInas.Tests.Networks;

public class ResidualNetworkTests
{
    /// <summary>Central differences in double precision reach far below this where no ReLU or pooling switches.</summary>
    private const double GradientTolerance = 1e-4;

    private const double StepLength = 1e-5;

    [Theory]
    [InlineData(1, 1, 8, false)]
    [InlineData(2, 2, 5, false)]
    [InlineData(1, 2, 7, true)]
    public void Gradients_of_the_whole_network_match_central_differences(int blocks, int stacks, int side, bool dropout)
    {
        using IDevice device = NetworkSamples.Row("reference-fp64").Create(1);
        NetworkShape shape = NetworkSamples.Shape(blocks, stacks, side);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 2, training: true);
        network.Initialize(11);
        float[] pixels = NetworkSamples.Pixels(shape, 2, 12);
        int[] labels = [1, 3];
        StepDropout? mask = dropout ? new StepDropout(0.5, 5) : null;
        double Loss()
        {
            network.Load(pixels, 2);
            network.ForwardTraining(mask);
            return network.Loss(labels);
        }

        Loss();
        network.Backward();
        float[][] gradients = network.Parameters.Select(parameter => NetworkSamples.Values(parameter.Gradient)).ToArray();
        SeededRandom random = new(13);
        for (int p = 0; p < network.Parameters.Count; p++)
        {
            CheckOne(network.Parameters[p], gradients[p], ref random, Loss, $"parameter {p} of {network.Parameters.Count}");
        }
    }

    [Fact]
    public void Training_and_inference_agree_when_the_running_statistics_are_those_of_the_batch()
    {
        using IDevice device = NetworkSamples.Row("reference-fp64").Create(1);
        NetworkShape shape = NetworkSamples.Shape(2, 2);
        using ResidualNetwork network = new(device, shape, new NormSettings(1e-5, 1), 6, training: true);
        network.Initialize(1);
        network.Load(NetworkSamples.Pixels(shape, 6, 2), 6);
        network.ForwardTraining();
        float[] trained = NetworkSamples.Values(network.Logits);

        // The running variance is the unbiased one: undo the factor n / (n - 1), n being images times positions of the layer.
        Dictionary<string, int> positions = Positions(network.Plan);
        foreach (NetworkWeight weight in network.Weights.Where(w => w.Name.EndsWith("running_var", StringComparison.Ordinal)))
        {
            double n = 6.0 * positions[weight.Name[..^".running_var".Length]];
            weight.Write(Array.ConvertAll(weight.Read(), value => (float)(value * (n - 1) / n)));
        }

        network.ForwardInference();
        float[] inferred = NetworkSamples.Values(network.Logits);
        for (int i = 0; i < trained.Length; i++)
        {
            Assert.Equal(trained[i], inferred[i], 1e-4);
        }
    }

    [Fact]
    public void An_inference_network_gives_the_bytes_of_the_training_network()
    {
        using IDevice device = KernelTable.Open(StorageType.BFloat16, 1);
        NetworkShape shape = NetworkSamples.Shape(2, 2);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 4, training: true);
        network.Initialize(1);
        float[] pixels = NetworkSamples.Pixels(shape, 4, 2);
        network.Load(pixels, 4);
        network.ForwardTraining();
        using ResidualNetwork copy = new(device, shape, NetworkSamples.Norm, 3, training: false);
        network.CopyTo(copy);
        network.ForwardInference();
        float[] expected = NetworkSamples.Values(network.Logits);
        int size = pixels.Length / 4;
        for (int n = 0; n < 4; n++)
        {
            copy.Load(pixels.AsSpan(n * size, size), 1);
            copy.ForwardInference();
            Assert.Equal(expected.AsSpan(n * 4, 4).ToArray(), NetworkSamples.Values(copy.Logits));
        }

        Assert.Throws<InvalidOperationException>(() => copy.ForwardTraining());
        Assert.Throws<InvalidOperationException>(copy.Backward);
    }

    [Fact]
    public void A_step_follows_the_equations_of_nesterov_and_decays_kernels_only()
    {
        using IDevice device = NetworkSamples.Row("reference-fp32").Create(1);
        NetworkShape shape = NetworkSamples.Shape(1, 1);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 4, training: true);
        network.Initialize(3);
        float[] pixels = NetworkSamples.Pixels(shape, 4, 4);
        int[] labels = NetworkSamples.Labels(shape, 4, 5);
        const double rate = 0.1;
        const double momentum = 0.9;
        const double decay = 0.01;
        float[][] velocity = network.Parameters.Select(parameter => new float[parameter.Length]).ToArray();
        for (int step = 0; step < 3; step++)
        {
            network.Load(pixels, 4);
            network.ForwardTraining();
            network.Loss(labels);
            network.Backward();
            float[][] before = network.Parameters.Select(parameter => NetworkSamples.Values(parameter.Values)).ToArray();
            float[][] gradient = network.Parameters.Select(parameter => NetworkSamples.Values(parameter.Gradient)).ToArray();
            network.Step(rate, momentum, decay);
            for (int p = 0; p < network.Parameters.Count; p++)
            {
                // conv, scale, shift, conv, scale, shift, ..., dense weights, dense bias: kernels are the only ones longer than 4 channels x 64.
                bool kernel = p % 3 == 0 && p < network.Parameters.Count - 2;
                float[] after = NetworkSamples.Values(network.Parameters[p].Values);
                for (int i = 0; i < after.Length; i++)
                {
                    double g = gradient[p][i] + (kernel ? decay * before[p][i] : 0);
                    velocity[p][i] = (float)((momentum * velocity[p][i]) - (rate * g));
                    double expected = before[p][i] + (momentum * velocity[p][i]) - (rate * g);
                    Assert.True(Math.Abs(expected - after[i]) <= 1e-6 * (1 + Math.Abs(expected)), $"step {step}, parameter {p}[{i}]: {after[i]}, expected {expected}");
                }
            }
        }
    }

    [Fact]
    public void Initial_weights_are_he_normal_cut_at_two_sigma_and_depend_on_the_layer_name_only()
    {
        using IDevice device = NetworkSamples.Row("reference-fp32").Create(1);
        using ResidualNetwork small = new(device, NetworkSamples.Shape(1, 2), NetworkSamples.Norm, 1, training: false);
        using ResidualNetwork large = new(device, NetworkSamples.Shape(2, 3), NetworkSamples.Norm, 1, training: false);
        small.Initialize(21);
        large.Initialize(21);
        Dictionary<string, NetworkWeight> others = large.Weights.ToDictionary(weight => weight.Name);
        foreach (NetworkWeight weight in small.Weights.Where(w => w.Shape.Count == 4))
        {
            float[] values = weight.Read();
            Assert.Equal(values, others[weight.Name].Read());
            double wanted = Math.Sqrt(2.0 / weight.Shape.Skip(1).Aggregate(1, (a, b) => a * b));
            double deviation = Math.Sqrt(values.Average(value => (double)value * value));
            Assert.InRange(deviation, 0.95 * wanted, 1.05 * wanted);
            Assert.True(values.Max(Math.Abs) <= 2 * wanted / 0.8796);
        }

        small.Initialize(22);
        Assert.NotEqual(small.Weights[0].Read(), large.Weights[0].Read());
    }

    [Fact]
    public void Initialize_forgets_an_earlier_training()
    {
        using IDevice device = KernelTable.Open(StorageType.BFloat16, 1);
        NetworkShape shape = NetworkSamples.Shape(1, 1);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 2, training: true);
        float[] Train()
        {
            network.Initialize(1);
            for (int step = 0; step < 2; step++)
            {
                network.Load(NetworkSamples.Pixels(shape, 2, 2), 2);
                network.ForwardTraining();
                network.Loss([0, 1]);
                network.Backward();
                network.Step(0.1, 0.9, 0);
            }

            return network.Weights.SelectMany(weight => weight.Read()).ToArray();
        }

        Assert.Equal(Train(), Train());
    }

    [Fact]
    public void Sixteen_random_images_are_learnt_by_heart()
    {
        using IDevice device = KernelTable.Open(StorageType.BFloat16, 1);
        NetworkShape shape = NetworkSamples.Shape(1, 1);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 16, training: true);
        network.Initialize(1);
        float[] pixels = NetworkSamples.Pixels(shape, 16, 2);
        int[] labels = NetworkSamples.Labels(shape, 16, 3);
        double loss = double.NaN;
        for (int step = 0; step < 20; step++)
        {
            network.Load(pixels, 16);
            network.ForwardTraining();
            loss = network.Loss(labels);
            network.Backward();
            network.Step(0.05, 0.9, 0);
        }

        float[] logits = NetworkSamples.Values(network.Logits);
        int errors = labels.Where((label, n) => logits.AsSpan(n * 4, 4).ToArray().Max() > logits[(n * 4) + label]).Count();
        Assert.Equal(0, errors);
        Assert.True(loss < 0.1, $"loss {loss}");
    }

    [Fact]
    public void Copying_between_shapes_is_refused()
    {
        using IDevice device = NetworkSamples.Row("reference-fp32").Create(1);
        using ResidualNetwork a = new(device, NetworkSamples.Shape(1, 1), NetworkSamples.Norm, 1, training: false);
        using ResidualNetwork b = new(device, NetworkSamples.Shape(2, 1), NetworkSamples.Norm, 1, training: false);
        Assert.Throws<ArgumentException>(() => a.CopyTo(b));
        Assert.Throws<ArgumentException>(() => a.Weights[0].Write([1f]));
    }

    private static void CheckOne(Parameter parameter, float[] gradient, ref SeededRandom random, Func<double> loss, string what)
    {
        float[] values = NetworkSamples.Values(parameter.Values);
        double scale = Math.Sqrt(gradient.Average(g => (double)g * g)) + 1e-7;
        int agreeing = 0;
        const int tries = 3;
        string report = string.Empty;
        for (int t = 0; t < tries; t++)
        {
            int i = random.NextInt(values.Length);
            float original = values[i];
            float above = (float)(original + StepLength);
            float below = (float)(original - StepLength);
            values[i] = above;
            parameter.Values.Write(values);
            double up = loss();
            values[i] = below;
            parameter.Values.Write(values);
            double down = loss();
            values[i] = original;
            parameter.Values.Write(values);
            double numeric = (up - down) / ((double)above - below);
            double error = Math.Abs(numeric - gradient[i]) / (Math.Abs(numeric) + scale);
            agreeing += error < GradientTolerance ? 1 : 0;
            report += $" [{i}] backward {gradient[i]:G9}, central difference {numeric:G9};";
        }

        // A weight whose step crosses a kink of a ReLU or of the pooling has no derivative there; one in three may.
        Assert.True(agreeing >= tries - 1, $"{what}:{report}");
    }

    private static Dictionary<string, int> Positions(NetworkPlan plan)
    {
        Dictionary<string, int> positions = [];
        int side = plan.Shape.Height;
        positions[plan.Stem.NormName] = side * side;
        side = ((side - 1) / 2) + 1;
        foreach (PlannedBlock block in plan.Blocks)
        {
            side = block.First.Shape.Output(side);
            positions[block.First.NormName] = positions[block.Second.NormName] = side * side;
            if (block.Shortcut is { } shortcut)
            {
                positions[shortcut.NormName] = side * side;
            }
        }

        return positions;
    }
}
