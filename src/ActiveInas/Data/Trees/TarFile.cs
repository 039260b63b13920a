using System.Globalization;
using System.Text;

namespace ActiveInas.Data.Trees;

/// <summary>One entry of a tar file.</summary>
/// <param name="Name">As written.</param>
/// <param name="Type">'0' for every way of writing a plain file, '1' hard link, '2' symbolic link, '5' folder; others as written.</param>
/// <param name="Length">Bytes of the file, holes included.</param>
/// <param name="Link">Target of a link.</param>
internal sealed record TarItem(string Name, char Type, long Length, string Link);

/// <summary>Reads a tar file from front to end: V7, ustar, GNU and pax, sparse files included.</summary>
/// <remarks>Our own, because the framework's reader stops at extended headers of macOS, at names that are not UTF-8 and at sparse files. Records
/// of extended headers that mean nothing here are passed over, whatever is in them.</remarks>
internal sealed class TarFile(Stream stream)
{
    private const int Block = 512;
    private const int LongestHeader = 1 << 20;

    private readonly byte[] _header = new byte[Block];
    private Map[]? _map;
    private long _left;
    private long _padding;

    /// <summary>Whether another archive follows the end of this one; known at its end.</summary>
    public bool HasSecondArchive { get; private set; }

    /// <summary>The next entry; null at the end.</summary>
    /// <exception cref="InvalidDataException">No header where one should be.</exception>
    /// <exception cref="EndOfStreamException">Cut off.</exception>
    public TarItem? Next()
    {
        Skip(_left + _padding);
        _map = null;
        var extended = new Extended();
        while (true)
        {
            stream.ReadExactly(_header);
            if (_header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                (_left, _padding) = (0, 0);
                LookBehindTheEnd();
                return null;
            }

            if (!IsHeader(_header))
            {
                throw new InvalidDataException("a header has a wrong checksum.");
            }

            char type = (char)_header[156];
            long size = Number(_header.AsSpan(124, 12));
            switch (type)
            {
                case 'x':
                    extended.Read(Content(size));
                    break;
                case 'g':
                    Content(size);
                    break;
                case 'L':
                    extended.Name = Text(Content(size));
                    break;
                case 'K':
                    extended.Link = Text(Content(size));
                    break;
                default:
                    return Entry(type, extended.Size ?? size, extended);
            }
        }
    }

    /// <summary>The first bytes of the current entry, at most so many; once an entry.</summary>
    public byte[] Read(TarItem item, long most)
    {
        byte[] data = new byte[Math.Min(item.Length, most)];
        if (_map is null)
        {
            stream.ReadExactly(data);
            _left -= data.Length;
            return data;
        }

        foreach (Map piece in _map.Where(piece => piece.Length > 0))
        {
            long wanted = Math.Clamp(data.Length - piece.Offset, 0, piece.Length);
            if (piece.Offset < 0 || piece.Length > _left)
            {
                throw new InvalidDataException("the map of a sparse file leads outside of it.");
            }

            if (wanted > 0)
            {
                stream.ReadExactly(data.AsSpan((int)piece.Offset, (int)wanted));
            }

            Skip(piece.Length - wanted);
            _left -= piece.Length;
        }

        return data;
    }

    private TarItem Entry(char type, long size, Extended extended)
    {
        string name = extended.Name ?? HeaderName();
        string link = extended.Link ?? Text(_header.AsSpan(157, 100));
        long length = size;
        bool hasContent = type is not ('1' or '2' or '3' or '4' or '5' or '6');
        (_left, _padding) = hasContent ? (size, Padding(size)) : (0, 0);
        if (type == 'S')
        {
            (_map, length) = (OldMap(), Number(_header.AsSpan(483, 12)));
        }
        else if (extended.SparseLength is { } sparse)
        {
            (_map, length) = (extended.Map.Count > 0 ? Pairs(extended.Map) : NewMap(), sparse);
        }

        type = type is '\0' or '7' or 'S' ? '0' : type;
        return new TarItem(name, type == '0' && name.EndsWith('/') ? '5' : type, length, link);
    }

    private string HeaderName()
    {
        string name = Text(_header.AsSpan(0, 100));
        bool posix = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        return posix && _header[345] != 0 ? $"{Text(_header.AsSpan(345, 155))}/{name}" : name;
    }

    /// <summary>GNU: four pieces in the header, 21 in each block behind it.</summary>
    private Map[] OldMap()
    {
        var numbers = new List<long>();
        Add(_header.AsSpan(386, 4 * 24));
        bool more = _header[482] != 0;
        byte[] block = new byte[Block];
        while (more)
        {
            stream.ReadExactly(block);
            Add(block.AsSpan(0, 21 * 24));
            more = block[504] != 0;
        }

        return Pairs(numbers);

        void Add(ReadOnlySpan<byte> pieces)
        {
            for (int i = 0; i + 12 <= pieces.Length && pieces[i] != 0 && numbers.Count < LongestHeader; i += 12)
            {
                numbers.Add(Number(pieces.Slice(i, 12)));
            }
        }
    }

    /// <summary>pax, format 1.0: decimal lines in front of the data, filled up to a block.</summary>
    private Map[] NewMap()
    {
        var numbers = new List<long>();
        var digits = new StringBuilder();
        byte[] block = new byte[Block];
        while (numbers.Count == 0 || numbers.Count < 1 + (2 * numbers[0]))
        {
            if (_left < Block || numbers.Count > LongestHeader)
            {
                throw new InvalidDataException("the map of a sparse file is cut off.");
            }

            stream.ReadExactly(block);
            _left -= Block;
            foreach (byte letter in block)
            {
                if (letter != '\n')
                {
                    digits.Append((char)letter);
                    continue;
                }

                numbers.Add(Decimal(digits.ToString()));
                digits.Clear();
                if (numbers.Count == 1 + (2 * numbers[0]))
                {
                    break;
                }
            }
        }

        return Pairs(numbers[1..]);
    }

    private static Map[] Pairs(List<long> numbers) => [.. Enumerable.Range(0, numbers.Count / 2).Select(i => new Map(numbers[2 * i], numbers[(2 * i) + 1]))];

    /// <summary>The content of a header that describes the next one.</summary>
    private byte[] Content(long size)
    {
        if (size is < 0 or > LongestHeader)
        {
            throw new InvalidDataException($"an extended header of {size} bytes.");
        }

        byte[] content = new byte[size];
        stream.ReadExactly(content);
        Skip(Padding(size));
        return content;
    }

    private void LookBehindTheEnd()
    {
        while (stream.ReadAtLeast(_header, Block, throwOnEndOfStream: false) == Block)
        {
            HasSecondArchive |= _header.AsSpan(257, 5).SequenceEqual("ustar"u8) && IsHeader(_header);
        }
    }

    private void Skip(long count)
    {
        Span<byte> block = stackalloc byte[4096];
        while (count > 0)
        {
            Span<byte> part = block[..(int)Math.Min(count, block.Length)];
            stream.ReadExactly(part);
            count -= part.Length;
        }
    }

    private static long Padding(long size) => (Block - (size % Block)) % Block;

    /// <summary>The sum of all bytes, the sum's own place counted as spaces; some writers took bytes as signed.</summary>
    private static bool IsHeader(ReadOnlySpan<byte> header)
    {
        if (!TryNumber(header.Slice(148, 8), out long wanted))
        {
            return false;
        }

        long unsigned = 8 * ' ';
        long signed = 8 * ' ';
        for (int i = 0; i < Block; i++)
        {
            if (i is < 148 or >= 156)
            {
                unsigned += header[i];
                signed += (sbyte)header[i];
            }
        }

        return wanted == unsigned || wanted == signed;
    }

    private static long Number(ReadOnlySpan<byte> field) =>
        TryNumber(field, out long value) ? value : throw new InvalidDataException($"'{Text(field)}' where a number should be.");

    /// <summary>Octal, or binary with the highest bit set; never below zero.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (byte part in field[^8..])
            {
                value = (value << 8) | part;
            }

            return value >= 0;
        }

        foreach (byte digit in field.Trim((ReadOnlySpan<byte>)[(byte)' ', 0]))
        {
            if (digit is < (byte)'0' or > (byte)'7' || value >= 1L << 59)
            {
                return false;
            }

            value = (value * 8) + digit - '0';
        }

        return true;
    }

    private static long Decimal(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
        ? value
        : throw new InvalidDataException($"'{(text.Length > 20 ? text[..20] : text)}' where a number should be.");

    /// <summary>Up to the first zero.</summary>
    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        byte[] bytes = (end < 0 ? field : field[..end]).ToArray();
        return NameEncoding.Tar.GetString(bytes, 0, bytes.Length);
    }

    private readonly record struct Map(long Offset, long Length);

    /// <summary>What headers in front of an entry say of it.</summary>
    private sealed class Extended
    {
        public string? Name { get; set; }

        public string? Link { get; set; }

        public long? Size { get; private set; }

        public long? SparseLength { get; private set; }

        public List<long> Map { get; private set; } = [];

        /// <summary>Records "LENGTH KEY=VALUE\n", of which the length alone says where one ends; the last of a key counts.</summary>
        public void Read(ReadOnlySpan<byte> content)
        {
            while (content.IndexOf((byte)' ') is var space and > 0
                && int.TryParse(content[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length > space + 1 && length <= content.Length)
            {
                ReadOnlySpan<byte> record = content[(space + 1)..(length - 1)];
                int equals = record.IndexOf((byte)'=');
                if (equals > 0)
                {
                    Add(Encoding.Latin1.GetString(record[..equals]), record[(equals + 1)..]);
                }

                content = content[length..];
            }
        }

        private void Add(string key, ReadOnlySpan<byte> value)
        {
            switch (key)
            {
                case "path" when SparseLength is null:
                case "GNU.sparse.name":
                    Name = Text(value);
                    break;
                case "linkpath":
                    Link = Text(value);
                    break;
                case "size":
                    Size = Decimal(Text(value));
                    break;
                case "GNU.sparse.size" or "GNU.sparse.realsize":
                    SparseLength = Decimal(Text(value));
                    break;
                case "GNU.sparse.map":
                    Map = [.. Text(value).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Decimal)];
                    break;
                case "GNU.sparse.offset" or "GNU.sparse.numbytes":
                    Map.Add(Decimal(Text(value)));
                    break;
            }
        }
    }
}
