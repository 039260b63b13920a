using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Tests.Networks;

namespace ActiveInas.Tests.Architectures;

public class NetworkPlanTests
{
    public static TheoryData<int, int> Space()
    {
        TheoryData<int, int> data = [];
        foreach (int stacks in Enumerable.Range(1, 5))
        {
            foreach (int blocks in Enumerable.Range(1, 12))
            {
                data.Add(blocks, stacks);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Space))]
    public void Parameter_count_follows_the_formula_and_is_that_of_the_layers(int blocks, int stacks)
    {
        const int classes = 7;
        long expected = (27 * 64) + (2 * 64);
        for (int s = 1; s <= stacks; s++)
        {
            long f = 64L << (s - 1);
            long before = s == 1 ? 64 : f / 2;
            expected += (9 * before * f) + (9 * f * f) + (4 * f);
            expected += (blocks - 1) * ((18 * f * f) + (4 * f));
            expected += s == 1 ? 0 : (before * f) + (2 * f);
        }

        expected += ((64L << (stacks - 1)) + 1) * classes;
        Architecture architecture = new(blocks, stacks);
        Assert.Equal(expected, architecture.ParameterCount(classes));
        IEnumerable<ConvolutionShape> layers = new NetworkPlan(new NetworkShape(architecture, classes, 32, 32)).Convolutions().Select(unit => unit.Shape);
        Assert.Equal(expected, layers.Sum(layer => (long)layer.WeightCount + (2 * layer.OutChannels)) + ((architecture.EmbeddingLength + 1) * classes));
    }

    [Fact]
    public void Layer_names_are_torchvisions()
    {
        NetworkPlan plan = new(NetworkSamples.Shape(2, 2));
        string[] expected =
        [
            "conv1 bn1",
            "layer1.0.conv1 layer1.0.bn1", "layer1.0.conv2 layer1.0.bn2",
            "layer1.1.conv1 layer1.1.bn1", "layer1.1.conv2 layer1.1.bn2",
            "layer2.0.conv1 layer2.0.bn1", "layer2.0.conv2 layer2.0.bn2", "layer2.0.downsample.0 layer2.0.downsample.1",
            "layer2.1.conv1 layer2.1.bn1", "layer2.1.conv2 layer2.1.bn2",
        ];
        Assert.Equal(expected, plan.Convolutions().Select(unit => $"{unit.Name} {unit.NormName}"));
    }

    [Theory]
    [InlineData(1, 5, 28, "at least 32 pixels")]
    [InlineData(0, 1, 32, "blocks must be at least 1")]
    [InlineData(1, 0, 32, "stacks 1..16")]
    public void Impossible_networks_are_refused_with_the_reason(int blocks, int stacks, int side, string expected)
    {
        ArgumentException failure = Assert.Throws<ArgumentException>(
            () => new NetworkPlan(new NetworkShape(new Architecture(blocks, stacks), 10, side, side)));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_class_is_refused()
        => Assert.Throws<ArgumentException>(() => new NetworkPlan(new NetworkShape(new Architecture(1, 1), 1, 32, 32)));
}
