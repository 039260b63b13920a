using System.Security.Cryptography;

namespace ActiveInas.Data.Downloads;

/// <summary>A download in the making: FILE.part, held by one process, with FILE.part.tag, the server's validator of the bytes so
/// far.</summary>
internal sealed class PartFile : IDisposable
{
    private readonly string _destination;
    private readonly string _path;
    private readonly FileStream _stream;

    /// <summary>Opens or makes it.</summary>
    /// <exception cref="DataException">The folder is not writable, or another process downloads the same file.</exception>
    public PartFile(string destination)
    {
        _destination = destination;
        _path = destination + ".part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(destination))!);
            _stream = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            _stream.Seek(0, SeekOrigin.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{_path} cannot be written, or another process is downloading it: {e.Message}", e);
        }
    }

    /// <summary>Bytes so far.</summary>
    public long Length => _stream.Length;

    /// <summary>ETag or date of the bytes so far; null when unknown.</summary>
    public string? Validator
    {
        get => File.Exists(_path + ".tag") ? File.ReadAllText(_path + ".tag") : null;
        set
        {
            if (value is null)
            {
                File.Delete(_path + ".tag");
            }
            else
            {
                File.WriteAllText(_path + ".tag", value);
            }
        }
    }

    /// <summary>Forgets the bytes.</summary>
    public void Restart()
    {
        _stream.SetLength(0);
        Validator = null;
    }

    /// <summary>Appends.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation);

    /// <summary>SHA-256 of the bytes, hexadecimal.</summary>
    public string Hash()
    {
        _stream.Position = 0;
        string hash = Convert.ToHexStringLower(SHA256.HashData(_stream));
        _stream.Seek(0, SeekOrigin.End);
        return hash;
    }

    /// <summary>Gives the file its final name, the recorded checksum first.</summary>
    public void Finish(string hash)
    {
        _stream.Flush(flushToDisk: true);
        File.WriteAllText(_destination + DataFiles.ChecksumSuffix, $"{hash}  {Path.GetFileName(_destination)}\n");
        File.Move(_path, _destination, overwrite: true);
        Validator = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
