using System.Buffers.Binary;
using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

public class OrientationTests
{
    /// <summary>Stored rows of a 2x3 image that is upright as ABC / DEF, for each EXIF orientation (row 0 and column 0 as the standard
    /// says).</summary>
    private static readonly string[] s_stored = ["ABC/DEF", "CBA/FED", "FED/CBA", "DEF/ABC", "AD/BE/CF", "CF/BE/AD", "FC/EB/DA", "DA/EB/FC"];

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string format in new[] { "jpeg", "jpeg-big-endian", "png", "tiff", "tiff-grey", "webp" })
            {
                for (int orientation = 1; orientation <= 8; orientation++)
                {
                    cases.Add(format, orientation);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Stored_pixels_are_turned_upright(string format, int orientation)
    {
        string[] rows = s_stored[orientation - 1].Split('/');
        DecodedImage image = ImageDecoder.Decode(Encode(format, rows, orientation));
        int scale = image.Width / 3;
        Assert.Equal((2 * scale, 3 * scale), (image.Height, image.Width));
        string upright = "";
        for (int i = 0; i < 6; i++)
        {
            int y = ((i / 3) * scale) + (scale / 2);
            int x = ((i % 3) * scale) + (scale / 2);
            upright += (char)('A' + (int)Math.Round((image.Rgb[((y * image.Width) + x) * 3] - 20) / 40.0));
        }

        Assert.Equal("ABCDEF", upright);
    }

    [Fact]
    public void Broken_metadata_leaves_the_pixels_alone()
    {
        byte[] jpeg = ImageFiles.Jpeg(new byte[,,] { { { 20 }, { 200 } } });
        byte[] exif = ImageFiles.Exif(6);
        foreach (byte[] broken in new[] { exif[..9], exif[..14], [], [.. "II*\0"u8, 255, 255, 255, 255], ImageFiles.Exif(9), ImageFiles.Exif(0) })
        {
            DecodedImage image = ImageDecoder.Decode(ImageFiles.WithExif(jpeg, broken));
            Assert.Equal((8, 16), (image.Height, image.Width));
        }
    }

    private static byte[] Encode(string format, string[] rows, int orientation)
    {
        (int height, int width) = (rows.Length, rows[0].Length);
        byte[] grey = [.. rows.SelectMany(row => row.Select(letter => (byte)(20 + (40 * (letter - 'A')))))];
        byte[] rgb = [.. grey.SelectMany(value => new[] { value, value, value })];
        byte[,,] blocks = new byte[height, width, 1];
        Buffer.BlockCopy(grey, 0, blocks, 0, grey.Length);
        return format switch
        {
            "jpeg" => ImageFiles.WithExif(ImageFiles.Jpeg(blocks), ImageFiles.Exif(orientation)),
            "jpeg-big-endian" => ImageFiles.WithExif(ImageFiles.Jpeg(blocks), ImageFiles.Exif(orientation, bigEndian: true)),
            "png" => PngFile.FromRgb(height, width, rgb, ("eXIf", ImageFiles.Exif(orientation))),
            "tiff-grey" => ImageFiles.Tiff(height, width, 1, 8, grey, orientation, bigEndian: true),
            "tiff" => ImageFiles.Tiff(height, width, 3, 8, rgb, orientation),
            _ => WebPWithExif(Encoder.WebP(height, width, rgb), height, width, ImageFiles.Exif(orientation)),
        };
    }

    /// <summary>RIFF: VP8X with the EXIF flag, the image, EXIF.</summary>
    private static byte[] WebPWithExif(byte[] simple, int height, int width, byte[] exif)
    {
        byte[] extended = [.. "VP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0];
        byte[] file = [.. simple[..12], .. extended, .. simple[12..], .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }
}
