using System.Text;
using ActiveInas.Data.Images;
using ImageMagick;

namespace ActiveInas.Tests.Data;

public class BadImageTests
{
    private static readonly byte[] s_rgb = [.. Enumerable.Range(0, 12 * 10 * 3).Select(i => (byte)(i * 91))];

    public static TheoryData<string> Formats => ["jpeg", "png", "gif", "bmp", "tiff", "tiff-lzw", "webp", "webp-animated", "ppm", "pgm-text", "avif", "jxl", "jpeg-progressive"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_truncated_file_is_refused_unless_all_its_pixels_are_there(string format)
    {
        byte[] file = Encode(format);
        DecodedImage whole = ImageDecoder.Decode(file);
        Assert.Equal((10, 12), (whole.Height, whole.Width));

        // A number written as text may be cut to another number.
        int last = format is "pgm-text" ? file.AsSpan().LastIndexOf((byte)' ') : file.Length - 1;
        int read = 0;
        for (int length = 0; length <= last; length++)
        {
            try
            {
                Assert.Equal(whole.Rgb, ImageDecoder.Decode(file[..length]).Rgb);
                read++;
            }
            catch (BadImageException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        // An end marker, or what a writer puts behind the pixels.
        Assert.InRange(read, 0, format switch { "jpeg" or "gif" => 2, "tiff-lzw" => 80, _ => 0 });
    }

    [Fact]
    public void Damaged_jpeg_data_is_refused_instead_of_grey()
    {
        byte[] file = Encoder.Jpeg(10, 12, s_rgb);
        int scan = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] damaged = [.. file[..(scan + 20)], 0xFF, 0xD9];
        BadImageException e = Assert.Throws<BadImageException>(() => ImageDecoder.Decode(damaged));
        Assert.Contains("corrupt Jpeg", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_absurd_sizes_are_refused()
    {
        Assert.Contains("megapixels", Refusal(PngFile.Write(60_000, 60_000, 8, PngFile.Rgb, [])), StringComparison.Ordinal);
        Refusal(PngFile.Write(0, 5, 8, PngFile.Rgb, []));
        byte[] negative = ImageFiles.Bmp(2, 2, new byte[12]);
        negative[21] = 0x80; // width below zero
        Refusal(negative);
        byte[] tiff = ImageFiles.Tiff(2, 2, 3, 8, new byte[12]);
        tiff[10 + 8 + 3] = 0xFF; // width near 2^32
        Refusal(tiff);
    }

    private static string Refusal(byte[] file)
    {
        string message = Assert.Throws<BadImageException>(() => ImageDecoder.Decode(file)).Message;
        Assert.NotEmpty(message);
        return message;
    }

    [Theory]
    [InlineData("", "empty file")]
    [InlineData("000000186674797069736F6D0000", "the brand 'isom'")]
    [InlineData("68656C6C6F", "not an image in spite of its extension: first bytes 68656C6C")]
    public void Files_that_are_no_images_are_described(string head, string expected)
    {
        byte[] bytes = Convert.FromHexString(head);
        Assert.Equal(ImageKind.None, ImageKinds.Sniff(bytes));
        Assert.Contains(expected, ImageKinds.Describe("a.JPG", bytes), StringComparison.Ordinal);
        Assert.Throws<BadImageException>(() => ImageDecoder.Decode(bytes));
    }

    [Fact]
    public void The_way_out_is_named()
    {
        Assert.Contains("convert it to", ImageKinds.Describe("a.CR2", "II*\0"u8), StringComparison.Ordinal);
        byte[] heic = [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8];
        Assert.Equal(ImageKind.Heif, ImageKinds.Sniff(heic));
        Assert.Contains("convert it to JPEG", Refusal(heic), StringComparison.Ordinal);
    }

    internal static byte[] Encode(string format) => format switch
    {
        "jpeg" => Encoder.Jpeg(10, 12, s_rgb),
        "png" => PngFile.FromRgb(10, 12, s_rgb),
        "gif" => ImageFiles.Gif(10, 12, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9], [.. s_rgb[..120].Select(value => (byte)(value & 3))]),
        "bmp" => ImageFiles.Bmp(10, 12, s_rgb),
        "tiff" => ImageFiles.Tiff(10, 12, 3, 8, s_rgb),
        "tiff-lzw" => Encoder.Tiff(10, 12, s_rgb),
        "webp" => Encoder.WebP(10, 12, s_rgb),
        "webp-animated" => Encoder.Animation(10, 12, MagickFormat.WebP, s_rgb, [.. s_rgb.Reverse()]),
        "gif-animated" => Encoder.Animation(10, 12, MagickFormat.Gif, s_rgb, [.. s_rgb.Reverse()]),
        "jpeg-progressive" => Encoder.Jpeg(10, 12, s_rgb, progressive: true),
        "png-palette" => PngFile.Write(10, 12, 8, PngFile.Palette, [.. s_rgb[..120].Select(value => (byte)(value & 1))], ("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [255, 0])),
        "ppm" => ImageFiles.Pnm("P6 12 10 255\n", s_rgb),
        "pgm-text" => ImageFiles.Pnm("P2\n# grey\n12 10 255\n", Encoding.ASCII.GetBytes(string.Join(' ', s_rgb[..120]) + "\n")),
        "avif" => Encoder.Encode(10, 12, s_rgb, MagickFormat.Avif),
        "jxl" => Encoder.Encode(10, 12, s_rgb, MagickFormat.Jxl),
        _ => throw new ArgumentException(format),
    };
}
