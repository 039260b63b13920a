using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

public class DecoderTests
{
    private const int Height = 3;
    private const int Width = 5;

    /// <summary>15 different colours.</summary>
    private static readonly byte[] s_colors = [.. Enumerable.Range(0, Height * Width * 3).Select(i => (byte)(i * 37))];

    public static TheoryData<string> Exact => ["png", "bmp", "bmp-top-down", "tiff", "tiff-big-endian", "tiff-lzw", "webp"];

    [Theory]
    [MemberData(nameof(Exact))]
    public void Lossless_formats_decode_exactly(string format)
    {
        DecodedImage image = ImageDecoder.Decode(Encode(format));
        Assert.Equal((Height, Width), (image.Height, image.Width));
        Assert.Equal(s_colors, image.Rgb);
    }

    [Fact]
    public void Gif_gives_its_first_frame()
    {
        byte[] palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30];
        byte[] first = [0, 1, 2, 3, 3, 2];
        byte[] file = ImageFiles.Gif(2, 3, palette, first, [3, 3, 3, 3, 3, 3]);
        DecodedImage image = ImageDecoder.Decode(file);
        Assert.Equal(first.SelectMany(index => palette[(3 * index)..(3 * index + 3)]), image.Rgb);
    }

    [Fact]
    public void Jpeg_decodes_within_its_loss()
    {
        DecodedImage image = ImageDecoder.Decode(ImageFiles.Jpeg(YCbCrBlocks((200, 30, 60), (10, 220, 90))));
        Assert.Equal((8, 16), (image.Height, image.Width));
        AssertClose([200, 30, 60], image.Rgb.AsSpan(0, 3));
        AssertClose([10, 220, 90], image.Rgb.AsSpan(15 * 3, 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cmyk_jpeg_becomes_rgb(bool transformed)
    {
        // Adobe stores CMYK inverted: no cyan, full magenta and yellow, no black is (255, 0, 0, 255), which is red.
        byte[,,] blocks = transformed
            ? new byte[,,] { { { 179, 171, 0, 255 } } } // the complement (0, 255, 255) as YCbCr
            : new byte[,,] { { { 255, 0, 0, 255 } } };
        DecodedImage image = ImageDecoder.Decode(ImageFiles.Jpeg(blocks, transformed, adobe: true));
        AssertClose([255, 0, 0], image.Rgb.AsSpan(0, 3));
    }

    [Fact]
    public void Grey_jpeg_becomes_rgb()
    {
        DecodedImage image = ImageDecoder.Decode(ImageFiles.Jpeg(new byte[,,] { { { 77 } } }));
        AssertClose([77, 77, 77], image.Rgb.AsSpan(0, 3));
    }

    public static TheoryData<string, byte[], byte[]> PngVariants => new()
    {
        { "grey", PngFile.Write(1, 2, 8, PngFile.Grey, [0, 200]), [0, 0, 0, 200, 200, 200] },
        { "grey of 1 bit", PngFile.Write(1, 2, 1, PngFile.Grey, [0b0100_0000]), [0, 0, 0, 255, 255, 255] },
        { "grey of 16 bits", PngFile.Write(1, 2, 16, PngFile.Grey, [200, 7, 3, 9]), [199, 199, 199, 3, 3, 3] },
        { "grey and alpha", PngFile.Write(1, 2, 8, PngFile.GreyAlpha, [50, 255, 50, 0]), [50, 50, 50, 255, 255, 255] },
        { "colour of 16 bits", PngFile.Write(1, 1, 16, PngFile.Rgb, [9, 1, 8, 2, 7, 3]), [9, 8, 7] },
        { "colour and alpha", PngFile.Write(1, 2, 8, PngFile.Rgba, [9, 8, 7, 255, 9, 8, 7, 0]), [9, 8, 7, 255, 255, 255] },
        { "palette", PngFile.Write(1, 2, 8, PngFile.Palette, [1, 0], ("PLTE", [1, 2, 3, 4, 5, 6])), [4, 5, 6, 1, 2, 3] },
        {
            "palette with transparency",
            PngFile.Write(1, 2, 8, PngFile.Palette, [1, 0], ("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [255, 0])),
            [255, 255, 255, 1, 2, 3]
        },
        {
            "transparent colour",
            PngFile.Write(1, 2, 8, PngFile.Rgb, [9, 8, 7, 1, 2, 3], ("tRNS", [0, 9, 0, 8, 0, 7])),
            [255, 255, 255, 1, 2, 3]
        },
        {
            "transparent grey",
            PngFile.Write(1, 2, 8, PngFile.Grey, [9, 8], ("tRNS", [0, 9])),
            [255, 255, 255, 8, 8, 8]
        },
    };

    [Theory]
    [MemberData(nameof(PngVariants))]
    public void Png_variants_become_rgb_over_white(string variant, byte[] file, byte[] expected)
    {
        Assert.True(expected.AsSpan().SequenceEqual(ImageDecoder.Decode(file).Rgb), variant);
    }

    [Fact]
    public void Half_transparent_pixels_blend_with_white()
    {
        DecodedImage image = ImageDecoder.Decode(PngFile.Write(1, 1, 8, PngFile.Rgba, [0, 100, 255, 128]));
        AssertClose([127, 177, 255], image.Rgb);
    }

    internal static void AssertClose(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 3, $"value {i}: {actual[i]}, wanted {expected[i]} +- 3 (all: {Convert.ToHexString(actual)})");
        }
    }

    /// <summary>One block a colour, in one row.</summary>
    internal static byte[,,] YCbCrBlocks(params (double R, double G, double B)[] colors)
    {
        byte[,,] blocks = new byte[1, colors.Length, 3];
        for (int i = 0; i < colors.Length; i++)
        {
            (double r, double g, double b) = colors[i];
            blocks[0, i, 0] = (byte)Math.Round((0.299 * r) + (0.587 * g) + (0.114 * b));
            blocks[0, i, 1] = (byte)Math.Round(128 - (0.168736 * r) - (0.331264 * g) + (0.5 * b));
            blocks[0, i, 2] = (byte)Math.Round(128 + (0.5 * r) - (0.418688 * g) - (0.081312 * b));
        }

        return blocks;
    }

    private static byte[] Encode(string format) => format switch
    {
        "png" => PngFile.FromRgb(Height, Width, s_colors),
        "bmp" => ImageFiles.Bmp(Height, Width, s_colors),
        "bmp-top-down" => ImageFiles.Bmp(Height, Width, s_colors, topDown: true),
        "tiff" => ImageFiles.Tiff(Height, Width, 3, 8, s_colors),
        "tiff-big-endian" => ImageFiles.Tiff(Height, Width, 3, 8, s_colors, bigEndian: true),
        "tiff-lzw" => Encoder.Tiff(Height, Width, s_colors),
        _ => Encoder.WebP(Height, Width, s_colors),
    };
}
