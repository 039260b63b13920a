using ActiveInas.Architectures;
using ActiveInas.Cli.Benchmarking;
using ActiveInas.Compute;

namespace ActiveInas.Cli.Tests.Benchmarking;

public class LayerFileTests
{
    /// <summary>The benchmarks measure the layers that networks have, all of them and no others.</summary>
    [Fact]
    public void The_layers_of_the_benchmarks_are_those_of_the_benchmarked_networks()
    {
        BenchmarkOptions options = new();
        IEnumerable<string> expected = options.Networks
            .SelectMany(architecture => Lines(
                new NetworkPlan(new NetworkShape(architecture, BenchmarkOptions.Classes, BenchmarkOptions.ImageSide, BenchmarkOptions.ImageSide)), options.Batch))
            .Distinct();
        IEnumerable<string> actual = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Benchmarking", "layers.txt")).Where(line => line[0] != '#');
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Lines(NetworkPlan plan, int batch)
    {
        int side = plan.Shape.Height;
        yield return Line(plan.Stem.Shape, side);
        side /= 2;
        foreach (PlannedBlock block in plan.Blocks)
        {
            yield return Line(block.First.Shape, side);
            if (block.Shortcut is { } shortcut)
            {
                yield return Line(shortcut.Shape, side);
            }

            side = block.First.Shape.Output(side);
            yield return Line(block.Second.Shape, side);
        }

        string Line(ConvolutionShape shape, int extent)
            => $"{batch} {shape.InChannels} {extent} {extent} {shape.OutChannels} {shape.Kernel} {shape.Stride}";
    }
}
