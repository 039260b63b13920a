using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

public class BadImageTests
{
    private static readonly byte[] s_rgb = [.. Enumerable.Range(0, 12 * 10 * 3).Select(i => (byte)(i * 91))];

    public static TheoryData<string> Formats => ["jpeg", "png", "gif", "bmp", "tiff", "tiff-lzw", "webp"];

    [SkippableTheory]
    [MemberData(nameof(Formats))]
    public void A_truncated_file_is_refused_wherever_it_is_cut(string format)
    {
        Skip.IfNot(ImageDecoder.IsAvailable, "libgd is not installed");
        IImageDecoder decoder = ImageDecoder.Open();
        byte[] file = Encode(format);
        Assert.Equal((10, 12), (decoder.Decode(file).Height, decoder.Decode(file).Width));

        // The first frame of a GIF is whole without the byte that ends the file, a BMP without the padding of its last row.
        int last = format is "gif" ? file.Length - 2 : file.Length - 1;
        for (int length = 0; length <= last; length++)
        {
            byte[] cut = file[..length];
            BadImageException e = Assert.Throws<BadImageException>(() => decoder.Decode(cut));
            Assert.NotEmpty(e.Message);
        }
    }

    [SkippableFact]
    public void Damaged_jpeg_data_is_refused_instead_of_grey()
    {
        Skip.IfNot(ImageDecoder.IsAvailable, "libgd is not installed");
        byte[] file = GdEncoder.Jpeg(10, 12, s_rgb);
        int scan = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] damaged = [.. file[..(scan + 20)], 0xFF, 0xD9];
        BadImageException e = Assert.Throws<BadImageException>(() => ImageDecoder.Open().Decode(damaged));
        Assert.Contains("corrupt Jpeg", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_read_before_any_decoder_sees_the_file()
    {
        byte[] huge = PngFile.Write(0, 60_000, 8, PngFile.Rgb, []);
        huge[22] = 0xEA; // height 59,904
        Assert.Contains("megapixels", Assert.Throws<BadImageException>(() => ImageHeader.Read(huge)).Message, StringComparison.Ordinal);
        byte[] flat = PngFile.Write(0, 5, 8, PngFile.Rgb, []);
        Assert.Contains("5x0 pixels", Assert.Throws<BadImageException>(() => ImageHeader.Read(flat)).Message, StringComparison.Ordinal);
        byte[] negative = ImageFiles.Bmp(2, 2, new byte[12]);
        negative[21] = 0x80; // width below zero
        Assert.Throws<BadImageException>(() => ImageHeader.Read(negative));
        byte[] tiff = ImageFiles.Tiff(2, 2, 3, 8, new byte[12]);
        tiff[10 + 8 + 3] = 0xFF; // width near 2^32
        Assert.Throws<BadImageException>(() => ImageHeader.Read(tiff));
    }

    [Theory]
    [InlineData("", "empty file")]
    [InlineData("0000001866747970686569630000", "'heic' image")]
    [InlineData("68656C6C6F", "not an image in spite of its extension: first bytes 68656C6C")]
    public void Files_that_are_no_images_are_described(string head, string expected)
    {
        byte[] bytes = Convert.FromHexString(head);
        Assert.Equal(ImageKind.None, ImageKinds.Sniff(bytes));
        Assert.Contains(expected, ImageKinds.Describe("a.JPG", bytes), StringComparison.Ordinal);
        Assert.Throws<BadImageException>(() => ImageHeader.Read(bytes));
    }

    [SkippableFact]
    public void Animated_webp_is_refused_with_advice()
    {
        Skip.IfNot(ImageDecoder.IsAvailable, "libgd is not installed");
        byte[] simple = GdEncoder.WebP(10, 12, s_rgb);
        byte[] file = [.. simple[..12], .. "VP8X"u8, 10, 0, 0, 0, 2, 0, 0, 0, 11, 0, 0, 9, 0, 0, .. simple[12..]];
        file[4] += 18;
        Assert.Contains("animated", Assert.Throws<BadImageException>(() => ImageDecoder.Open().Decode(file)).Message, StringComparison.Ordinal);
    }

    internal static byte[] Encode(string format) => format switch
    {
        "jpeg" => GdEncoder.Jpeg(10, 12, s_rgb),
        "png" => PngFile.FromRgb(10, 12, s_rgb),
        "gif" => ImageFiles.Gif(10, 12, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9], [.. s_rgb[..120].Select(value => (byte)(value & 3))]),
        "bmp" => ImageFiles.Bmp(10, 12, s_rgb),
        "tiff" => ImageFiles.Tiff(10, 12, 3, 8, s_rgb),
        "tiff-lzw" => GdEncoder.Tiff(10, 12, s_rgb),
        _ => GdEncoder.WebP(10, 12, s_rgb),
    };
}
