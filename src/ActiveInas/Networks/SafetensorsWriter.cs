using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ActiveInas.Networks;

/// <summary>An array to be written: its values are asked for once, in order, so that a large network is never copied as a whole.</summary>
/// <param name="Name">Unique in the file.</param>
/// <param name="Shape">Extents, slowest first.</param>
/// <param name="Read">Gives the values.</param>
internal sealed record SafetensorsEntry(string Name, IReadOnlyList<int> Shape, Func<float[]> Read);

/// <summary>
/// Writes safetensors files of fp32 arrays: <c>u64le N | N bytes of JSON, padded with spaces to a multiple of 8 | data without holes</c>.
/// The same input gives the same bytes.
/// </summary>
internal static class SafetensorsWriter
{
    /// <summary>Writes a file, which is either the old or the new one at any time.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="metadata">The strings of <c>__metadata__</c>, in the order given.</param>
    /// <param name="entries">Arrays in file order.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafetensorsEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(entries);
        AtomicFile.Write(path, stream => Write(stream, metadata, entries));
    }

    /// <summary>Writes to a stream.</summary>
    internal static void Write(Stream stream, IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafetensorsEntry> entries)
    {
        byte[] header = Header(metadata, entries);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (SafetensorsEntry entry in entries)
        {
            float[] values = entry.Read();
            if (values.LongLength != Count(entry.Shape))
            {
                throw new ArgumentException(
                    $"{entry.Name} has shape [{string.Join(", ", entry.Shape)}], {Count(entry.Shape)} values, but {values.Length} were given.");
            }

            WriteLittleEndian(stream, values);
        }
    }

    private static byte[] Header(IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafetensorsEntry> entries)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach (SafetensorsEntry entry in entries)
            {
                long end = offset + (Count(entry.Shape) * sizeof(float));
                WriteEntry(json, entry, offset, end);
                offset = end;
            }

            json.WriteEndObject();
        }

        int padding = (8 - (buffer.WrittenCount % 8)) % 8;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry, long start, long end)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", "F32");
        json.WriteStartArray("shape");
        foreach (int extent in entry.Shape)
        {
            json.WriteNumberValue(extent);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(start);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLittleEndian(Stream stream, float[] values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    private static long Count(IReadOnlyList<int> shape) => shape.Aggregate(1L, (product, extent) => product * extent);
}
