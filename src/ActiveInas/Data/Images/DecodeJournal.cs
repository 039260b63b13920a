using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Text;

namespace ActiveInas.Data.Images;

/// <summary>Which files are being decoded, in a file that outlives this process: a decoder is a million lines of C, and a file that ends it ends the process without a word.</summary>
/// <remarks>
/// <para>What a process leaves behind when it ends in the middle is suspect: the next one decodes these files one at a time. A file that was decoded alone when a process ended,
/// and that <see cref="Enough"/> times, is not decoded any more. A process that is killed for another reason makes files suspect for the next reading, and nothing else.</para>
/// <para>Files are known by their content: one that was replaced is a new one. Each worker has a slot of a mapped file, so that recording costs no call of the system.</para>
/// </remarks>
internal sealed class DecodeJournal : IDisposable
{
    /// <summary>Ends of a process in the middle of a file, alone, after which the file is at fault. One may be an accident.</summary>
    public const int Enough = 2;

    private const int SlotBytes = 512;
    private const string Alone = "alone";
    private const string Beside = "beside";
    private const string JournalSuffix = ".journal";

    private readonly string _suspectsPath;
    private readonly FileStream _file;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _slots;
    private readonly ConcurrentBag<int> _free;
    private readonly ConcurrentDictionary<ulong, Suspect> _suspects;

    private DecodeJournal(string prefix, ConcurrentDictionary<ulong, Suspect> suspects, int workers)
    {
        _suspectsPath = prefix;
        _suspects = suspects;
        _file = new FileStream($"{prefix}.{Guid.NewGuid():N}{JournalSuffix}", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        _mapping = MemoryMappedFile.CreateFromFile(_file, null, (long)workers * SlotBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _slots = _mapping.CreateViewAccessor();
        _free = [.. Enumerable.Range(0, workers)];
    }

    /// <summary>A file in whose middle a process has ended.</summary>
    /// <param name="Path">In its source.</param>
    /// <param name="Deaths">How often while it was decoded alone.</param>
    private sealed record Suspect(string Path, int Deaths);

    /// <summary>Paths of files that an earlier process may have ended for; of those that it did, nobody needs to be told again.</summary>
    public IReadOnlyList<string> Suspects => [.. _suspects.Values.Where(suspect => suspect.Deaths < Enough).Select(suspect => suspect.Path).Order(StringComparer.Ordinal)];

    /// <summary>Opens the journal of a source, and takes up what earlier processes have left.</summary>
    /// <param name="folder">For example ~/.cache/ainas/decoding.</param>
    /// <param name="source">Folder or archive.</param>
    /// <param name="workers">Files that are decoded at once, at most.</param>
    /// <returns>Null: the folder cannot be written, and reading goes on without.</returns>
    public static DecodeJournal? Open(string folder, string source, int workers)
    {
        string prefix = Path.Combine(folder, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(Path.GetFullPath(source))).ToString("x16", CultureInfo.InvariantCulture));
        try
        {
            Directory.CreateDirectory(folder);
            ConcurrentDictionary<ulong, Suspect> suspects = new();
            foreach (string line in File.Exists(prefix) ? File.ReadAllLines(prefix) : [])
            {
                Take(suspects, line);
            }

            foreach (string left in Directory.GetFiles(folder, $"{Path.GetFileName(prefix)}.*{JournalSuffix}"))
            {
                TakeUp(suspects, left);
            }

            DecodeJournal journal = new(prefix, suspects, workers);
            journal.Save();
            return journal;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether an earlier process ended in the middle of a file: it is decoded while no other one is.</summary>
    public bool IsSuspect(byte[] file) => !_suspects.IsEmpty && _suspects.ContainsKey(XxHash3.HashToUInt64(file));

    /// <summary>Whether it is known that a file ends the process that decodes it.</summary>
    public bool IsFatal(byte[] file) => !_suspects.IsEmpty && _suspects.TryGetValue(XxHash3.HashToUInt64(file), out Suspect? suspect) && suspect.Deaths >= Enough;

    /// <summary>Decodes a file, and leaves its name behind if that is the end.</summary>
    /// <param name="path">In its source.</param>
    /// <param name="file">Its content.</param>
    /// <param name="isAlone">Whether no other file is decoded meanwhile.</param>
    /// <param name="decode">Does it.</param>
    public T Decode<T>(string path, byte[] file, bool isAlone, Func<T> decode)
    {
        ulong key = XxHash3.HashToUInt64(file);
        if (!_free.TryTake(out int slot))
        {
            return decode();
        }

        Write(slot, $"{(isAlone ? Alone : Beside)} {key:x16} {path.ReplaceLineEndings("?")}");
        try
        {
            return decode();
        }
        finally
        {
            _slots.Write((long)slot * SlotBytes, 0);
            _free.Add(slot);
            if (isAlone)
            {
                _suspects.TryRemove(key, out _);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _slots.Dispose();
        _mapping.Dispose();
        _file.Dispose();
        try
        {
            File.Delete(_file.Name);
            Save();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is left names no file: the next reading drops it.
        }
    }

    /// <summary>A line "alone KEY PATH", "beside KEY PATH" or "DEATHS KEY PATH".</summary>
    private static void Take(ConcurrentDictionary<ulong, Suspect> suspects, string line)
    {
        if (line.Split(' ', 3) is not [string how, string hash, string path] || !ulong.TryParse(hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong key))
        {
            return;
        }

        int known = suspects.TryGetValue(key, out Suspect? before) ? before.Deaths : 0;
        int deaths = how switch
        {
            Alone => known + 1,
            Beside => known,
            _ => int.TryParse(how, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0,
        };
        suspects[key] = new Suspect(path, deaths);
    }

    /// <summary>Takes up the slots of a process that has ended; one that goes on holds its file.</summary>
    private static void TakeUp(ConcurrentDictionary<ulong, Suspect> suspects, string left)
    {
        byte[] slots;
        try
        {
            using FileStream stream = new(left, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            slots = new byte[stream.Length];
            stream.ReadExactly(slots);
        }
        catch (IOException)
        {
            return;
        }

        for (int at = 0; at + SlotBytes <= slots.Length; at += SlotBytes)
        {
            int length = BitConverter.ToInt32(slots, at);
            if (length is > 0 and <= SlotBytes - sizeof(int))
            {
                Take(suspects, Encoding.UTF8.GetString(slots, at + sizeof(int), length));
            }
        }

        File.Delete(left);
    }

    // The text first, then the length that makes it count.
    private void Write(int slot, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, SlotBytes - sizeof(int));
        long start = (long)slot * SlotBytes;
        _slots.WriteArray(start + sizeof(int), bytes, 0, length);
        _slots.Write(start, length);
    }

    private void Save()
    {
        if (!_suspects.IsEmpty)
        {
            AtomicFile.WriteText(_suspectsPath, string.Concat(_suspects.OrderBy(pair => pair.Key).Select(pair => FormattableString.Invariant($"{pair.Value.Deaths} {pair.Key:x16} {pair.Value.Path}\n"))));
        }
        else if (File.Exists(_suspectsPath))
        {
            File.Delete(_suspectsPath);
        }
    }
}
