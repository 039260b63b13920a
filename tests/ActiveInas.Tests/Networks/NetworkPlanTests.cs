using ActiveInas.Architectures;
using ActiveInas.Networks;

namespace ActiveInas.Tests.Networks;

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
    [InlineData(1, 1, 76_490)]
    [InlineData(1, 2, 307_274)]
    [InlineData(2, 4, 11_173_962)]
    [InlineData(5, 3, 7_427_914)]
    [InlineData(12, 5, 296_235_594)]
    public void Parameter_counts_with_10_classes_are_the_published_ones(int blocks, int stacks, long expected)
        => Assert.Equal(expected, new NetworkPlan(new NetworkShape(new Architecture(blocks, stacks), 10, 32, 32)).ParameterCount);

    [Theory]
    [MemberData(nameof(Space))]
    public void Parameter_count_follows_the_formula(int blocks, int stacks)
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
        Assert.Equal(expected, new NetworkPlan(new NetworkShape(new Architecture(blocks, stacks), classes, 32, 32)).ParameterCount);
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
