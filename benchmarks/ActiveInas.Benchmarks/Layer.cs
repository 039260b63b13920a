using System.Globalization;
using ActiveInas.Compute;

namespace ActiveInas.Benchmarks;

/// <summary>A line of layers.txt: a convolution and the normalisation behind it.</summary>
public sealed record Layer(TensorShape Input, ConvolutionShape Convolution)
{
    private const int Columns = 7;

    /// <summary>[N, K, H', W'].</summary>
    public TensorShape Output => new(
        Input.Images, Convolution.OutChannels, Convolution.Output(Input.Height), Convolution.Output(Input.Width));

    /// <summary>The lines of a file; what follows a # is a comment.</summary>
    public static IReadOnlyList<Layer> Read(string path) =>
    [
        .. File.ReadLines(path)
            .Select((line, index) => (Text: line.Split('#')[0].Trim(), Place: $"{path}, line {index + 1}"))
            .Where(line => line.Text.Length > 0)
            .Select(line => Parse(line.Text, line.Place)),
    ];

    /// <summary>"64->128 16x16 3x3/2".</summary>
    public override string ToString()
        => $"{Convolution.InChannels}->{Convolution.OutChannels} {Input.Height}x{Input.Width} {Convolution.Kernel}x{Convolution.Kernel}/{Convolution.Stride}";

    private static Layer Parse(string text, string place)
    {
        int[] n = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(
            word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0)];
        if (n.Length != Columns || n.Any(value => value < 1) || n[5] is not (1 or 3) || n[6] > 2)
        {
            throw new InvalidDataException($"{place}: '{text}' is no layer; wanted N C H W K kernel(1|3) stride(1|2), for example 128 64 16 16 128 3 2.");
        }

        return new Layer(new TensorShape(n[0], n[1], n[2], n[3]), new ConvolutionShape(n[1], n[4], n[5], n[6]));
    }
}
