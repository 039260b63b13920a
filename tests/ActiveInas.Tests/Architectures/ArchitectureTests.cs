using System.Text.Json;
using ActiveInas.Architectures;

namespace ActiveInas.Tests.Architectures;

public sealed class ArchitectureTests
{
    [Theory]
    [InlineData(1, 1, 76_490)]
    [InlineData(1, 2, 307_274)]
    [InlineData(2, 4, 11_173_962)]
    [InlineData(5, 3, 7_427_914)]
    [InlineData(12, 5, 296_235_594)]
    public void Parameter_counts_are_those_of_the_paper(int blocks, int stacks, long expected)
        => Assert.Equal(expected, new Architecture(blocks, stacks).ParameterCount(10));

    [Fact]
    public void More_classes_cost_one_column_of_the_dense_layer_each()
    {
        Architecture architecture = new(3, 3);

        Assert.Equal(90 * (256 + 1), architecture.ParameterCount(100) - architecture.ParameterCount(10));
        Assert.Equal(256, architecture.EmbeddingLength);
        Assert.Equal(9, architecture.TotalBlocks);
    }

    // By hand, in multiply-adds. 32x32: stem 1024 * 27 * 64 = 1,769,472; stack 1 at 16x16: 256 * 2 * 36,864 = 18,874,368; dense 640.
    // Stack 2 at 8x8: 64 * (9 * 64 * 128 + 9 * 128 * 128 + 64 * 128) = 14,680,064; dense 1280.
    // 7x5: stem 35 * 1728 = 60,480; stack 1 at 4x3: 12 * 73,728 = 884,736; stack 2 at 2x2: 4 * 229,376 = 917,504; dense 128 * 3.
    [Theory]
    [InlineData(1, 1, 32, 32, 10, 2 * (1_769_472 + 18_874_368 + 640))]
    [InlineData(1, 2, 32, 32, 10, 2 * (1_769_472 + 18_874_368 + 14_680_064 + 1280))]
    [InlineData(2, 1, 32, 32, 10, 2 * (1_769_472 + (2 * 18_874_368) + 640))]
    [InlineData(1, 2, 7, 5, 3, 2 * (60_480 + 884_736 + 917_504 + 384))]
    public void Flops_count_convolutions_and_the_dense_layer(int blocks, int stacks, int height, int width, int classes, long expected)
        => Assert.Equal(expected, new Architecture(blocks, stacks).ForwardFlops(height, width, classes));

    [Theory]
    [InlineData(32, 32, 5)]
    [InlineData(28, 28, 4)]
    [InlineData(28, 100, 4)]
    [InlineData(64, 31, 4)]
    [InlineData(2, 2, 1)]
    [InlineData(1, 32, 0)]
    public void Images_allow_stacks_while_two_to_the_stacks_fits(int height, int width, int expected)
        => Assert.Equal(expected, Architecture.MaximumStacks(height, width));

    [Theory]
    [InlineData("A(2,4)")]
    [InlineData("a(2,4)")]
    [InlineData(" A ( 2 , 4 ) ")]
    [InlineData("2,4")]
    [InlineData(" 2 ,4")]
    public void Text_is_read(string text)
    {
        Assert.Equal(new Architecture(2, 4), Architecture.Parse(text));
        Assert.Equal("A(2,4)", Architecture.Parse(text).ToString());
    }

    [Fact]
    public void It_is_plain_data()
    {
        Assert.Equal("{\"Blocks\":2,\"Stacks\":4}", JsonSerializer.Serialize(new Architecture(2, 4)));
        Assert.Equal(new Architecture(2, 4), JsonSerializer.Deserialize<Architecture>("{\"Blocks\":2,\"Stacks\":4}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("A(")]
    [InlineData("A(2,4")]
    [InlineData("A2,4")]
    [InlineData("(2,4)")]
    [InlineData("B(2,4)")]
    [InlineData("A(2)")]
    [InlineData("A(2,4,1)")]
    [InlineData("A(0,4)")]
    [InlineData("A(2,0)")]
    [InlineData("A(-2,4)")]
    [InlineData("A(2.0,4)")]
    [InlineData("A(99999999999,4)")]
    public void Other_text_is_refused_by_its_value(string text)
    {
        Assert.False(Architecture.TryParse(text, out _));
        Assert.Contains($"'{text}'", Assert.Throws<ConfigurationException>(() => Architecture.Parse(text)).Message, StringComparison.Ordinal);
    }
}
