using ActiveInas.Data.Images;
using ImageMagick;

namespace ActiveInas.Tests.Data;

/// <summary>What cameras, scanners and other programs write beside plain RGB: read as other readers do, or refused with the reason.</summary>
public class OddImageTests
{
    /// <summary>Two flat blocks, white and black.</summary>
    private static readonly byte[] s_jpeg = ImageFiles.Jpeg(new byte[,,] { { { 250 }, { 10 } } });

    /// <summary>One frame, shown for ever: what an animated PNG says before its first image.</summary>
    private static readonly (string Type, byte[] Data)[] s_animation =
    [
        ("acTL", [0, 0, 0, 1, 0, 0, 0, 0]),
        ("fcTL", [0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0]),
    ];

    public static TheoryData<string, byte[]> HarmlessJpegs => new()
    {
        { "JFIF version 0.0", [.. s_jpeg[..2], 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 0, 0, 0, 0, 1, 0, 1, 0, 0, .. s_jpeg[2..]] },
        { "a scan header of zeros", WithScanHeader(0, 0) },
        { "bytes before the end marker", [.. s_jpeg[..^2], 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0xFF, 0xD9] },
        { "fill bytes before the end marker", [.. s_jpeg[..^2], 0xFF, 0xFF, 0xFF, 0xFF, 0xD9] },
        { "bytes after the end marker", [.. s_jpeg, .. new byte[500]] },
        { "no end marker", s_jpeg[..^2] },
        { "half an end marker", s_jpeg[..^1] },
        { "an unknown Adobe transform", [.. s_jpeg[..2], 0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 7, .. s_jpeg[2..]] },
    };

    [Theory]
    [MemberData(nameof(HarmlessJpegs))]
    public void Harmless_oddities_of_jpeg_change_nothing(string oddity, byte[] file)
    {
        Assert.True(ImageDecoder.Decode(s_jpeg).Rgb.AsSpan().SequenceEqual(ImageDecoder.Decode(file).Rgb), oddity);
    }

    [Fact]
    public void A_progressive_jpeg_without_its_last_scans_is_refused()
    {
        var random = new SeededRandom(1);
        byte[] noise = [.. Enumerable.Range(0, 40 * 40 * 3).Select(_ => (byte)random.NextInt(256))];
        byte[] file = Encoder.Jpeg(40, 40, noise, progressive: true);
        int scan = file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        int table = file.AsSpan(0, scan).LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xC4]);
        Assert.Contains("Premature end", Assert.Throws<BadImageException>(() => ImageDecoder.Decode(file[..table])).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[], byte[]> TiffVariants => new()
    {
        { "1 bit, 0 is black", ImageFiles.Tiff(1, 3, 1, 1, [0b1010_0000]), [255, 255, 255, 0, 0, 0, 255, 255, 255] },
        { "1 bit, 0 is white", ImageFiles.Tiff(1, 3, 1, 1, [0b1010_0000], photometric: 0), [0, 0, 0, 255, 255, 255, 0, 0, 0] },
        { "4 bits", ImageFiles.Tiff(1, 2, 1, 4, [0x0F]), [0, 0, 0, 255, 255, 255] },
        { "8 bits, 0 is white", ImageFiles.Tiff(1, 2, 1, 8, [55, 215], photometric: 0), [200, 200, 200, 40, 40, 40] },
        { "8 bits", ImageFiles.Tiff(1, 2, 1, 8, [10, 200]), [10, 10, 10, 200, 200, 200] },
        { "16 bits", ImageFiles.Tiff(1, 2, 1, 16, [0, 10, 0, 200]), [10, 10, 10, 199, 199, 199] },
        { "16 bits, big endian, 0 is white", ImageFiles.Tiff(1, 2, 1, 16, [55, 55, 215, 215], photometric: 0, bigEndian: true), [200, 200, 200, 40, 40, 40] },
        { "RGB of 16 bits", ImageFiles.Tiff(1, 1, 3, 16, [10, 10, 20, 20, 30, 30]), [10, 20, 30] },
        { "RGB and alpha", ImageFiles.Tiff(1, 2, 4, 8, [1, 2, 3, 255, 1, 2, 3, 0]), [1, 2, 3, 255, 255, 255] },
        { "CMYK", ImageFiles.Tiff(1, 2, 4, 8, [0, 255, 255, 0, 20, 120, 200, 10], photometric: 5), [255, 0, 0, 226, 130, 53] },
    };

    [Theory]
    [MemberData(nameof(TiffVariants))]
    public void Tiff_variants_become_rgb(string variant, byte[] file, byte[] expected)
    {
        Assert.NotEmpty(variant);
        AssertWithin1(expected, ImageDecoder.Decode(file).Rgb);
    }

    [Theory]
    [InlineData(4, 8, 0)] // one band beyond RGB that is not marked as alpha
    [InlineData(5, 8, 0)]
    [InlineData(13, 16, 0)]
    [InlineData(3, 8, 0)] // grey and two more
    public void Bands_that_are_neither_colour_nor_alpha_are_refused(int samples, int bits, int meaning)
    {
        byte[] file = ImageFiles.Tiff(2, 2, samples, bits, new byte[2 * 2 * samples * bits / 8], photometric: samples == 3 ? 1 : 2, extraSamples: meaning);
        string message = Assert.Throws<BadImageException>(() => ImageDecoder.Decode(file)).Message;
        Assert.Contains($"{samples} channels", message, StringComparison.Ordinal);
        Assert.Contains("three bands", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, 3, "floating-point samples")]
    [InlineData(32, 1, "32 bits")]
    public void Samples_of_unknown_range_are_refused(int bits, int format, string expected)
    {
        byte[] file = ImageFiles.Tiff(1, 2, 1, bits, new byte[2 * bits / 8], sampleFormat: format);
        string message = Assert.Throws<BadImageException>(() => ImageDecoder.Decode(file)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("8 or 16 bits", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cmyk_of_jpeg_is_inverted_as_adobe_does_with_and_without_its_marker(bool adobe)
    {
        DecodedImage image = ImageDecoder.Decode(ImageFiles.Jpeg(new byte[,,] { { { 235, 135, 55, 245 } } }, adobe: adobe));
        AssertWithin1([226, 130, 53], image.Rgb[..3]);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Exif_orientation_counts_as_short_and_as_long_in_both_byte_orders(bool bigEndian, bool isLong)
    {
        DecodedImage image = ImageDecoder.Decode(ImageFiles.WithExif(s_jpeg, ImageFiles.Exif(6, bigEndian, isLong)));
        Assert.Equal((16, 8), (image.Height, image.Width));
        Assert.InRange(image.Rgb[0], 240, 255);
        Assert.InRange(image.Rgb[^1], 0, 20);
    }

    [Fact]
    public void A_first_frame_lies_where_the_screen_shows_it()
    {
        // A screen of 4x3 with a frame of 2x1 at (1, 2); around it nothing is drawn.
        byte[] small = ImageFiles.Gif(1, 2, [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30], [0, 1]);
        (small[6], small[8]) = (4, 3);
        int frame = small.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x2C, 0, 0, 0, 0]);
        (small[frame + 1], small[frame + 3]) = (1, 2);
        DecodedImage image = ImageDecoder.Decode(small);
        Assert.Equal((3, 4), (image.Height, image.Width));
        byte[] expected = [.. Enumerable.Repeat((byte)255, 3 * 4 * 3)];
        new byte[] { 255, 0, 0, 0, 255, 0 }.CopyTo(expected, ((2 * 4) + 1) * 3);
        Assert.Equal(expected, image.Rgb);
    }

    [Theory]
    [InlineData(MagickFormat.Gif)]
    [InlineData(MagickFormat.WebP)]
    [InlineData(MagickFormat.APng)]
    public void Animations_give_their_first_frame(MagickFormat format)
    {
        byte[] red = [.. Enumerable.Repeat<byte[]>([200, 10, 10], 64).SelectMany(pixel => pixel)];
        byte[] blue = [.. Enumerable.Repeat<byte[]>([10, 10, 200], 64).SelectMany(pixel => pixel)];
        DecodedImage image = ImageDecoder.Decode(format == MagickFormat.APng ? PngFile.FromRgb(8, 8, red, s_animation) : Encoder.Animation(8, 8, format, red, blue));
        Assert.Equal((8, 8), (image.Height, image.Width));
        DecoderTests.AssertClose([200, 10, 10], image.Rgb.AsSpan(0, 3));
    }

    public static TheoryData<string, byte[], byte[]> PnmVariants => new()
    {
        { "P1", ImageFiles.Pnm("P1\n2 1\n", "1 0\n"u8.ToArray()), [0, 0, 0, 255, 255, 255] },
        { "P2", ImageFiles.Pnm("P2\n# a comment\n2 1\n100\n", "50 100\n"u8.ToArray()), [128, 128, 128, 255, 255, 255] },
        { "P3", ImageFiles.Pnm("P3\n1 1 255\n", "9 8 7\n"u8.ToArray()), [9, 8, 7] },
        { "P4", ImageFiles.Pnm("P4\n2 1\n", [0b1000_0000]), [0, 0, 0, 255, 255, 255] },
        { "P5", ImageFiles.Pnm("P5\n2 1\n255\n", [9, 200]), [9, 9, 9, 200, 200, 200] },
        { "P5 of 16 bits", ImageFiles.Pnm("P5\n1 1\n65535\n", [200, 200]), [200, 200, 200] },
        { "P6", ImageFiles.Pnm("P6\n2 1\n255\n", [1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6] },
    };

    [Theory]
    [MemberData(nameof(PnmVariants))]
    public void Pnm_variants_become_rgb(string variant, byte[] file, byte[] expected)
    {
        Assert.NotEmpty(variant);
        AssertWithin1(expected, ImageDecoder.Decode(file).Rgb);
    }

    [Theory]
    [InlineData(MagickFormat.Avif)]
    [InlineData(MagickFormat.Jxl)]
    public void Newer_formats_are_read_upright(MagickFormat format)
    {
        // Light on the left; the top of the image is at its right side.
        byte[] rgb = [.. Enumerable.Range(0, 24 * 16).SelectMany(i => i % 16 < 8 ? new byte[] { 220, 220, 220 } : [30, 30, 30])];
        DecodedImage image = ImageDecoder.Decode(Encoder.Encode(24, 16, rgb, format, image =>
        {
            image.Quality = 95;
            image.Orientation = Orientation.RightTop;
        }));
        Assert.Equal((16, 24), (image.Height, image.Width));
        Assert.InRange(image.Rgb[0], 200, 240);
        Assert.InRange(image.Rgb[^1], 10, 50);
    }

    private static byte[] WithScanHeader(byte first, byte last)
    {
        byte[] file = [.. s_jpeg];
        int scan = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        (file[scan + 7], file[scan + 8]) = (first, last);
        return file;
    }

    private static void AssertWithin1(byte[] expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1, $"value {i}: {actual[i]}, wanted {expected[i]} +- 1 (all: {string.Join(' ', actual)})");
        }
    }
}
