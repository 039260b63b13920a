using System.IO.Compression;
using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>A .tar archive, gzipped or not.</summary>
internal sealed class TarTree(string file) : ITree
{
    private readonly ArchiveLinks _links = new();

    /// <inheritdoc/>
    public TreeListing List(CancellationToken cancellation)
    {
        var files = new List<TreeFile>();
        var folders = new List<string>();
        var problems = new List<DataProblem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var hidden = new HiddenImages();
        using var cursor = new Cursor(file);
        while (cursor.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TreePath.Normalise(entry.Name, file) is not { } path)
            {
                hidden.Add(entry.Name);
            }
            else if (entry.Type == '5')
            {
                folders.Add(path);
            }
            else if (Refusal(entry) is { } refusal)
            {
                problems.Add(new DataProblem(path, refusal));
            }
            else if (!seen.Add(path))
            {
                problems.Add(new DataProblem(path, "a second entry of this name: skipped"));
            }
            else if (entry.Type == '0')
            {
                TreeReading.Classify(path, new MemoryStream(cursor.Read(entry, ImageKinds.SniffLength)), files, problems);
            }
            else if (entry.Type == '1')
            {
                _links.AddHard(path, entry.Link);
            }
            else
            {
                _links.AddSymbolic(path, entry.Link);
            }
        }

        cursor.ReadToEnd();
        if (cursor.HasSecondArchive)
        {
            problems.Add(new DataProblem(file, "a second archive follows the end of the first and is not read: unpack both (tar -i) and give the folder"));
        }

        _links.Resolve(files, problems);
        return new TreeListing(files, folders, [.. problems, .. hidden.Problems]);
    }

    /// <inheritdoc/>
    public IEnumerable<TreeContent> Read(IReadOnlySet<string> paths, CancellationToken cancellation)
    {
        Dictionary<string, List<string>> left = _links.Wanted(paths);
        using var cursor = new Cursor(file);
        while (left.Count > 0 && cursor.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.Type == '0' && Refusal(entry) is null && TreePath.Normalise(entry.Name, file) is { } path && left.Remove(path, out List<string>? names))
            {
                byte[] data = cursor.Read(entry, entry.Length);
                foreach (string name in names)
                {
                    yield return new TreeContent(name, data, null);
                }
            }
        }
    }

    private static string? Refusal(TarItem entry) => entry.Type is not ('0' or '1' or '2') ? $"an entry of type '{entry.Type}': skipped"
        : entry.Length > TreeReading.MaximumFile ? $"{entry.Length} bytes, more than {TreeReading.MaximumFile}: skipped" : null;

    /// <summary>Walks the entries; whatever goes wrong becomes a <see cref="DataException"/> with the offset.</summary>
    private sealed class Cursor : IDisposable
    {
        private readonly string _file;
        private readonly FileStream _stream;
        private readonly CountingStream _content;
        private readonly TarFile _reader;

        public Cursor(string file)
        {
            _file = file;
            _stream = File.OpenRead(file);
            bool zipped = _stream.ReadByte() == 0x1F && _stream.ReadByte() == 0x8B;
            _stream.Position = 0;
            _content = new CountingStream(zipped ? new GZipStream(_stream, CompressionMode.Decompress) : new BufferedStream(_stream, 1 << 16));
            _reader = new TarFile(_content);
        }

        public bool HasSecondArchive => _reader.HasSecondArchive;

        public TarItem? Next() => Guard(_reader.Next);

        public byte[] Read(TarItem entry, long most) => Guard(() => _reader.Read(entry, most));

        /// <summary>Reads to the end, so that a wrong gzip checksum is noticed.</summary>
        public void ReadToEnd() => Guard(() =>
        {
            _content.CopyTo(Stream.Null);
            return true;
        });

        public void Dispose()
        {
            _content.Dispose();
            _stream.Dispose();
        }

        private T Guard<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (Exception e) when (TreeReading.IsBroken(e))
            {
                throw new DataException(
                    $"{_file}: broken tar archive near offset {_stream.Position} of {_stream.Length} ({_content.BytesRead} bytes unpacked): "
                    + $"{e.Message} It is truncated, corrupt or no tar archive: copy or download it again.",
                    e);
            }
        }
    }
}
