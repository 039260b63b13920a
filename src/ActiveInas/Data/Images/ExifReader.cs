using System.Buffers.Binary;

namespace ActiveInas.Data.Images;

/// <summary>The orientation tag of EXIF metadata (a TIFF structure: EXIF 2.32, section 4.5).</summary>
internal static class ExifReader
{
    private const ushort OrientationTag = 274;

    /// <summary>1..8; 1 when there is none or the metadata is broken: the pixels are still good then.</summary>
    public static int Orientation(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
        {
            return 1;
        }

        bool big = tiff[0] == 'M';
        long directory = big ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (directory + 2 > tiff.Length)
        {
            return 1;
        }

        var view = new ByteView(tiff, big);
        int entries = view.U16(directory);
        for (int i = 0; i < entries; i++)
        {
            long entry = directory + 2 + (12L * i);
            if (entry + 12 > tiff.Length)
            {
                return 1;
            }

            if (view.U16(entry) == OrientationTag)
            {
                return view.U16(entry + 8) is >= 1 and <= 8 and var value ? value : 1;
            }
        }

        return 1;
    }
}
