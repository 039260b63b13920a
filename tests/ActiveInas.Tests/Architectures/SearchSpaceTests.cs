using ActiveInas.Architectures;

namespace ActiveInas.Tests.Architectures;

public sealed class SearchSpaceTests
{
    public static TheoryData<int, int> EveryNode()
    {
        TheoryData<int, int> nodes = [];
        for (int blocks = 1; blocks <= 12; blocks++)
        {
            for (int stacks = 1; stacks <= 5; stacks++)
            {
                nodes.Add(blocks, stacks);
            }
        }

        return nodes;
    }

    [Theory]
    [MemberData(nameof(EveryNode))]
    public void More_stacks_is_the_smallest_larger_architecture_with_one_more_stack(int blocks, int stacks)
    {
        int smallest = Enumerable.Range(1, 1000).First(i => i * (stacks + 1) > blocks * stacks);

        Assert.Equal(new Architecture(smallest, stacks + 1), new Architecture(blocks, stacks).WithMoreStacks());
        Assert.Equal(new Architecture(blocks + 1, stacks), new Architecture(blocks, stacks).WithMoreBlocks());
    }

    [Theory]
    [InlineData(1, 1, 1, 2)]
    [InlineData(2, 1, 2, 2)]
    [InlineData(3, 1, 2, 2)]
    [InlineData(4, 1, 3, 2)]
    [InlineData(1, 2, 1, 3)]
    [InlineData(2, 2, 2, 3)]
    [InlineData(3, 2, 3, 3)]
    [InlineData(4, 2, 3, 3)]
    [InlineData(5, 3, 4, 4)]
    [InlineData(12, 4, 10, 5)]
    public void More_stacks_by_hand(int blocks, int stacks, int expectedBlocks, int expectedStacks)
        => Assert.Equal(new Architecture(expectedBlocks, expectedStacks), new Architecture(blocks, stacks).WithMoreStacks());

    [Fact]
    public void The_default_space_has_sixty_nodes_and_every_edge_adds_blocks()
    {
        SearchSpace space = SearchSpace.Default;

        Assert.Equal(60, space.Nodes.Distinct().Count());
        Assert.All(space.Nodes, node => Assert.True(space.Contains(node)));
        foreach (Architecture node in space.Nodes)
        {
            Assert.All(space.Successors(node), next => Assert.True(next.TotalBlocks > node.TotalBlocks && space.Contains(next)));
        }
    }

    [Fact]
    public void Successors_stay_within_the_space()
    {
        SearchSpace space = SearchSpace.Default;

        Assert.Equal([new(1, 2), new(2, 1)], space.Successors(new Architecture(1, 1)));
        Assert.Equal([new Architecture(7, 2)], space.Successors(new Architecture(12, 1)));
        Assert.Equal([new Architecture(2, 5)], space.Successors(new Architecture(1, 5)));
        Assert.Empty(space.Successors(new Architecture(12, 5)));
    }

    [Fact]
    public void Small_images_take_stacks_away()
    {
        Assert.Equal(new SearchSpace(12, 4), SearchSpace.Default.ForImages(28, 28));
        Assert.Equal(new SearchSpace(12, 5), SearchSpace.Default.ForImages(256, 256));
        Assert.Contains("1x8", Assert.Throws<ConfigurationException>(() => SearchSpace.Default.ForImages(1, 8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_space_is_read_from_text()
    {
        Assert.Equal(new SearchSpace(4, 3), SearchSpace.Parse("4, 3"));
        Assert.Equal("4,3", SearchSpace.Parse("4,3").ToString());
        Assert.Throws<ConfigurationException>(() => SearchSpace.Parse("4"));
        Assert.Throws<ConfigurationException>(() => new SearchSpace(0, 3));
        Assert.Throws<ConfigurationException>(() => new SearchSpace(3, 17));
    }

    [Theory]
    [InlineData(13, 5)]
    [InlineData(12, 6)]
    [InlineData(0, 1)]
    public void An_architecture_outside_is_refused_with_the_bounds(int blocks, int stacks)
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => SearchSpace.Default.Require(new Architecture(blocks, stacks)));

        Assert.Contains($"A({blocks},{stacks})", error.Message, StringComparison.Ordinal);
        Assert.Contains("12", error.Message, StringComparison.Ordinal);
    }
}
