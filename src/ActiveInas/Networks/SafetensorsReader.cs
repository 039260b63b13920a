using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ActiveInas.Networks;

/// <summary>A model file that cannot be read, with the file, what was found and what was wanted.</summary>
public sealed class ModelFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Reads safetensors files of fp32 arrays, strictly: the header is checked as a whole when the file is opened (arrays must tile the
/// data without holes or overlaps), the values are read on request.
/// </summary>
internal sealed class SafetensorsReader : IDisposable
{
    private const long LargestHeader = 100_000_000;
    private readonly FileStream _stream;
    private readonly Dictionary<string, SafetensorsSlice> _slices;
    private readonly string _path;
    private readonly long _dataStart;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="ModelFileException">The file is not a well-formed safetensors file.</exception>
    public SafetensorsReader(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            byte[] json = ReadHeader();
            _dataStart = 8 + json.Length;
            SafetensorsHeader header = SafetensorsHeader.Parse(path, json, _stream.Length - _dataStart);
            Metadata = header.Metadata;
            _slices = header.Slices;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>The strings of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Names of the arrays.</summary>
    public IReadOnlyCollection<string> Names => _slices.Keys;

    /// <summary>Whether there is an array of this name, fp32 and of this shape.</summary>
    public bool Has(string name, IReadOnlyList<int> shape)
        => _slices.TryGetValue(name, out SafetensorsSlice? slice) && slice.Type == "F32" && slice.Shape.SequenceEqual(shape.Select(extent => (long)extent));

    /// <summary>Reads an array that must be fp32 and of the given shape.</summary>
    /// <exception cref="ModelFileException">It is missing, or of another type or shape.</exception>
    public float[] Read(string name, IReadOnlyList<int> shape)
    {
        SafetensorsSlice slice = Require(name, shape);
        return slice.Type == "F32"
            ? Floats(slice)
            : throw new ModelFileException($"{_path}: array '{name}' has type {slice.Type}; F32 is wanted. Convert it to float32 and save it again.");
    }

    /// <summary>Reads an array of 16, 32 or 64-bit floating point and of the given shape.</summary>
    /// <exception cref="ModelFileException">It is missing, or of another type or shape.</exception>
    public float[] ReadAny(string name, IReadOnlyList<int> shape)
    {
        SafetensorsSlice slice = Require(name, shape);
        return slice.Type switch
        {
            "F32" => Floats(slice),
            "F16" => Array.ConvertAll(Values(slice, 2, BinaryPrimitives.ReadHalfLittleEndian), value => (float)value),
            "BF16" => Values(slice, 2, bytes => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16)),
            "F64" => Array.ConvertAll(Values(slice, 8, BinaryPrimitives.ReadDoubleLittleEndian), value => (float)value),
            _ => throw new ModelFileException($"{_path}: array '{name}' has type {slice.Type}; F16, BF16, F32 or F64 is wanted."),
        };
    }

    /// <summary>The extents of an array; null: there is none of this name.</summary>
    public IReadOnlyList<long>? ShapeOf(string name) => _slices.GetValueOrDefault(name)?.Shape;

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private SafetensorsSlice Require(string name, IReadOnlyList<int> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!_slices.TryGetValue(name, out SafetensorsSlice? slice))
        {
            throw new ModelFileException($"{_path}: array '{name}' is missing; the file holds {_slices.Count} arrays. Was it written for another architecture?");
        }

        if (!slice.Shape.SequenceEqual(shape.Select(extent => (long)extent)))
        {
            throw new ModelFileException(
                $"{_path}: array '{name}' has shape [{string.Join(", ", slice.Shape)}]; [{string.Join(", ", shape)}] is wanted.");
        }

        return slice;
    }

    private T[] Values<T>(SafetensorsSlice slice, int size, Func<ReadOnlySpan<byte>, T> convert)
    {
        byte[] bytes = new byte[slice.End - slice.Start];
        _stream.Position = _dataStart + slice.Start;
        _stream.ReadExactly(bytes);
        T[] values = new T[bytes.Length / size];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = convert(bytes.AsSpan(i * size, size));
        }

        return values;
    }

    private float[] Floats(SafetensorsSlice slice)
    {
        float[] values = new float[(slice.End - slice.Start) / sizeof(float)];
        _stream.Position = _dataStart + slice.Start;
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        _stream.ReadExactly(bytes);
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> words = MemoryMarshal.Cast<byte, int>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        return values;
    }

    private byte[] ReadHeader()
    {
        Span<byte> prefix = stackalloc byte[8];
        if (_stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw new ModelFileException($"{_path}: {_stream.Length} bytes are too few for a safetensors file, which starts with an 8-byte header length.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader || (long)length > _stream.Length - 8)
        {
            throw new ModelFileException(
                $"{_path}: the header claims {length} bytes at offset 0, but {_stream.Length - 8} follow. The file is truncated or not a safetensors file.");
        }

        byte[] json = new byte[length];
        _stream.ReadExactly(json);
        return json;
    }
}

/// <summary>Where an array lies in the data.</summary>
internal sealed record SafetensorsSlice(string Type, long[] Shape, long Start, long End);

/// <summary>The parsed and checked header of a file.</summary>
internal sealed record SafetensorsHeader(Dictionary<string, string> Metadata, Dictionary<string, SafetensorsSlice> Slices)
{
    public static SafetensorsHeader Parse(string path, byte[] json, long dataLength)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            SafetensorsHeader header = new([], []);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                header.Add(path, property);
            }

            header.CheckTiling(path, dataLength);
            return header;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ModelFileException($"{path}: the header is not the JSON of a safetensors file: {failure.Message}", failure);
        }
    }

    private static int SizeOf(string path, string name, string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" => 1,
        _ => throw new ModelFileException($"{path}: array '{name}' has the unknown type '{type}'."),
    };

    private void Add(string path, JsonProperty property)
    {
        if (property.Name == "__metadata__")
        {
            foreach (JsonProperty item in property.Value.EnumerateObject())
            {
                if (!Metadata.TryAdd(item.Name, item.Value.GetString() ?? string.Empty))
                {
                    throw new ModelFileException($"{path}: metadata key '{item.Name}' appears twice.");
                }
            }

            return;
        }

        string type = property.Value.GetProperty("dtype").GetString() ?? string.Empty;
        long[] shape = property.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64()).ToArray();
        long[] offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (offsets.Length != 2 || shape.Any(extent => extent < 0))
        {
            throw new ModelFileException($"{path}: array '{property.Name}' needs two data_offsets and a shape without negative extents.");
        }

        if (Bytes(shape, SizeOf(path, property.Name, type)) != offsets[1] - (Int128)offsets[0])
        {
            throw new ModelFileException(
                $"{path}: array '{property.Name}', {type} [{string.Join(", ", shape)}], does not fill its offsets {offsets[0]}..{offsets[1]}.");
        }

        if (!Slices.TryAdd(property.Name, new SafetensorsSlice(type, shape, offsets[0], offsets[1])))
        {
            throw new ModelFileException($"{path}: array '{property.Name}' appears twice.");
        }
    }

    /// <summary>Saturating, so that absurd extents cannot wrap around.</summary>
    private static Int128 Bytes(long[] shape, int size)
    {
        if (shape.Contains(0))
        {
            return 0;
        }

        Int128 bytes = size;
        foreach (long extent in shape)
        {
            bytes *= extent;
            if (bytes > long.MaxValue)
            {
                return Int128.MaxValue;
            }
        }

        return bytes;
    }

    private void CheckTiling(string path, long dataLength)
    {
        long expected = 0;
        foreach ((string name, SafetensorsSlice slice) in Slices.OrderBy(pair => pair.Value.Start).ThenBy(pair => pair.Value.End))
        {
            if (slice.Start != expected)
            {
                throw new ModelFileException(
                    $"{path}: array '{name}' starts at {slice.Start}, but {expected} is the end of the one before: arrays must neither overlap nor leave holes.");
            }

            expected = slice.End;
        }

        if (expected != dataLength)
        {
            throw new ModelFileException(
                $"{path}: the arrays end at {expected}, but the file holds {dataLength} bytes of data. It is truncated or has bytes behind its end.");
        }
    }
}
