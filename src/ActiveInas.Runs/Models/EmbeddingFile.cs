using System.Buffers.Binary;
using System.Text;

namespace ActiveInas.Runs.Models;

/// <summary>Embeddings as a NumPy file: [N, D] little-endian fp32, row by row. N is written last, so that rows need not be kept.</summary>
/// <remarks>Format 1.0: magic, version, u16 length of the header, a header in Python's syntax padded with spaces to <see cref="HeaderBytes"/> in all.</remarks>
public sealed class EmbeddingFile
{
    /// <summary>Where the rows begin.</summary>
    private const int HeaderBytes = 128;

    private readonly Stream _stream;
    private readonly byte[] _row;
    private long _rows;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Where to, from its beginning; it can seek, and is the caller's to close.</param>
    /// <param name="length">D.</param>
    public EmbeddingFile(Stream stream, int length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _stream = stream;
        _row = new byte[length * sizeof(float)];
        WriteHeader();
    }

    /// <summary>Adds a row, [D].</summary>
    public void Add(ReadOnlySpan<float> embedding)
    {
        if (embedding.Length * sizeof(float) != _row.Length)
        {
            throw new ArgumentException($"A row has {_row.Length / sizeof(float)} values, got {embedding.Length}.");
        }

        for (int i = 0; i < embedding.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(_row.AsSpan(i * sizeof(float)), embedding[i]);
        }

        _stream.Write(_row);
        _rows++;
    }

    /// <summary>Says how many rows there are.</summary>
    public void Finish()
    {
        _stream.Position = 0;
        WriteHeader();
        _stream.Position = _stream.Length;
    }

    private void WriteHeader()
    {
        const int Prefix = 10;
        byte[] header = new byte[HeaderBytes];
        header.AsSpan().Fill((byte)' ');
        ((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8, 1, 0]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), HeaderBytes - Prefix);
        Encoding.ASCII.GetBytes($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({_rows}, {_row.Length / sizeof(float)}), }}").CopyTo(header.AsSpan(Prefix));
        header[^1] = (byte)'\n';
        _stream.Write(header);
    }
}
