using System.Text;

namespace ActiveInas.Tests.Data;

/// <summary>Writes tar files block by block, odd ones too.</summary>
internal sealed class TarBytes
{
    private const int Block = 512;
    private readonly List<byte> _bytes = [];

    public TarBytes File(byte[] name, byte[] data, char type = '0', string link = "") => Entry(name, data, type, Encoding.UTF8.GetBytes(link));

    public TarBytes File(string name, byte[] data) => File(Encoding.UTF8.GetBytes(name), data);

    public TarBytes Link(string name, string target, bool hard = false) => File(Encoding.UTF8.GetBytes(name), [], hard ? '1' : '2', target);

    /// <summary>An extended header; each record gets its length.</summary>
    public TarBytes Pax(params (string Key, byte[] Value)[] records)
    {
        var content = new List<byte>();
        foreach ((string key, byte[] value) in records)
        {
            int body = key.Length + value.Length + 3;
            int length = body + body.ToString().Length;
            length = body + length.ToString().Length;
            content.AddRange([.. Encoding.UTF8.GetBytes($"{length} {key}="), .. value, (byte)'\n']);
        }

        return Entry("PaxHeader"u8.ToArray(), [.. content], 'x', []);
    }

    /// <summary>A sparse file as GNU tar wrote it: pieces of (offset, bytes), the first four in the header.</summary>
    public TarBytes GnuSparse(string name, long length, params (int Offset, byte[] Data)[] pieces)
    {
        int start = _bytes.Count;
        byte[] stored = [.. pieces.SelectMany(piece => piece.Data)];
        Entry(Encoding.UTF8.GetBytes(name), stored, 'S', []);
        byte[] header = [.. _bytes.Skip(start).Take(Block)];
        "ustar  \0"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(345, 155).Clear();
        WritePieces(header.AsSpan(386), pieces.Take(4));
        header[482] = (byte)(pieces.Length > 4 ? 1 : 0);
        Octal(header, 483, 12, length);
        Sum(header);
        byte[] more = [];
        if (pieces.Length > 4)
        {
            more = new byte[Block];
            WritePieces(more, pieces.Skip(4));
        }

        byte[] content = [.. _bytes.Skip(start + Block)];
        _bytes.RemoveRange(start, _bytes.Count - start);
        _bytes.AddRange([.. header, .. more, .. content]);
        return this;
    }

    public byte[] ToArray() => [.. _bytes, .. new byte[2 * Block]];

    private TarBytes Entry(byte[] name, byte[] data, char type, byte[] link)
    {
        byte[] header = new byte[Block];
        name.CopyTo(header, 0);
        Octal(header, 100, 8, 0x1A4);
        Octal(header, 124, 12, data.Length);
        header[156] = (byte)type;
        link.CopyTo(header, 157);
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        Sum(header);
        _bytes.AddRange([.. header, .. data, .. new byte[(Block - (data.Length % Block)) % Block]]);
        return this;
    }

    private static void WritePieces(Span<byte> place, IEnumerable<(int Offset, byte[] Data)> pieces)
    {
        byte[] numbers = new byte[24 * pieces.Count()];
        foreach (((int offset, byte[] data), int i) in pieces.Select((piece, i) => (piece, i)))
        {
            Octal(numbers, 24 * i, 12, offset);
            Octal(numbers, (24 * i) + 12, 12, data.Length);
        }

        numbers.CopyTo(place);
    }

    private static void Octal(byte[] header, int offset, int length, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(length - 1, '0')).CopyTo(header, offset);

    private static void Sum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header, 148, 7, header.Sum(value => value));
        header[154] = 0;
    }
}
