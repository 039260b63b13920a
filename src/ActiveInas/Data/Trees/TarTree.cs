using System.Formats.Tar;
using System.IO.Compression;

namespace ActiveInas.Data.Trees;

/// <summary>A .tar archive, gzipped or not.</summary>
internal sealed class TarTree(string file) : ITree
{
    /// <inheritdoc/>
    public TreeListing List(CancellationToken cancellation)
    {
        var files = new List<TreeFile>();
        var folders = new List<string>();
        var problems = new List<DataProblem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var cursor = new Cursor(file);
        while (cursor.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TreePath.Normalise(entry.Name, file) is not { } path)
            {
                continue;
            }

            if (entry.EntryType == TarEntryType.Directory)
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
            else
            {
                cursor.Guard(() => TreeReading.Classify(path, entry.DataStream ?? Stream.Null, files, problems));
            }
        }

        cursor.ReadToEnd();
        return new TreeListing(files, folders, problems);
    }

    /// <inheritdoc/>
    public IEnumerable<TreeContent> Read(IReadOnlySet<string> paths, CancellationToken cancellation)
    {
        var left = new HashSet<string>(paths, StringComparer.Ordinal);
        using var cursor = new Cursor(file);
        while (left.Count > 0 && cursor.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.DataStream is { } content && Refusal(entry) is null
                && TreePath.Normalise(entry.Name, file) is { } path && left.Remove(path))
            {
                byte[] data = [];
                cursor.Guard(() => data = TreeReading.ReadAll(content, entry.Length));
                yield return new TreeContent(path, data, null);
            }
        }
    }

    private static string? Refusal(TarEntry entry)
    {
        if (entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            return $"a link to '{entry.LinkName}', which is not followed: skipped";
        }

        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
        {
            return $"an entry of type {entry.EntryType}: skipped";
        }

        return entry.Length > TreeReading.MaximumFile ? $"{entry.Length} bytes, more than {TreeReading.MaximumFile}: skipped" : null;
    }

    /// <summary>Walks the entries; whatever goes wrong becomes a <see cref="DataException"/> with the offset.</summary>
    private sealed class Cursor : IDisposable
    {
        private readonly string _file;
        private readonly FileStream _stream;
        private readonly CountingStream _content;
        private readonly TarReader _reader;

        public Cursor(string file)
        {
            _file = file;
            _stream = File.OpenRead(file);
            bool zipped = _stream.ReadByte() == 0x1F && _stream.ReadByte() == 0x8B;
            _stream.Position = 0;
            _content = new CountingStream(zipped ? new GZipStream(_stream, CompressionMode.Decompress) : _stream);
            _reader = new TarReader(_content);
        }

        public TarEntry? Next()
        {
            TarEntry? entry = null;
            Guard(() => entry = _reader.GetNextEntry());
            return entry;
        }

        /// <summary>Reads to the end, so that a wrong gzip checksum is noticed.</summary>
        public void ReadToEnd() => Guard(() => _content.CopyTo(Stream.Null));

        public void Guard(Action action)
        {
            try
            {
                action();
            }
            catch (Exception e) when (TreeReading.IsBroken(e))
            {
                throw new DataException(
                    $"{_file}: broken tar archive near offset {_stream.Position} of {_stream.Length} ({_content.BytesRead} bytes unpacked): "
                    + $"{e.Message} It is truncated, corrupt or no tar archive: copy or download it again.",
                    e);
            }
        }

        public void Dispose()
        {
            _reader.Dispose();
            _content.Dispose();
            _stream.Dispose();
        }
    }
}
