using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>Decodes the images of a tree, reading ahead while the last batch is decoded. The result depends on neither threads nor
/// order.</summary>
internal sealed class TreeImages
{
    private const int BatchFiles = 1024;
    private const long BatchBytes = 16 << 20;
    private const int Told = 5;

    private readonly Dictionary<string, int> _slots;
    private readonly DecodedImage?[] _images;

    /// <summary>Files that the decoder may shrink, kept while no size is known.</summary>
    private readonly byte[]?[] _files;
    private readonly List<DataProblem> _problems = [];
    private readonly SourceContext _context;
    private readonly IReadOnlyList<string> _paths;
    private readonly DecodeJournal? _journal;
    private DecodedImage? _first;
    private int? _size;
    private int _stored;
    private int _done;

    private TreeImages(IReadOnlyList<string> paths, SourceContext context, DecodeJournal? journal)
    {
        _context = context;
        _paths = paths;
        _journal = journal;
        _size = context.Request.ImageSize;
        _images = new DecodedImage?[paths.Count];
        _files = new byte[]?[paths.Count];
        _slots = paths.Select((path, index) => (path, index)).ToDictionary(pair => pair.path, pair => pair.index, StringComparer.Ordinal);
    }

    /// <summary>Follows the paths asked for; null where an image was skipped. All have one size.</summary>
    public IReadOnlyList<DecodedImage?> Images => _images;

    /// <summary>What was decided about their size, where nothing was asked for; null: nothing.</summary>
    public string? Notice { get; private set; }

    /// <summary>Why images were skipped.</summary>
    public IReadOnlyList<DataProblem> Problems => _problems;

    /// <summary>Reads and decodes.</summary>
    /// <param name="tree">Source.</param>
    /// <param name="source">Where it lies.</param>
    /// <param name="paths">Which files, in the order of the result.</param>
    /// <param name="context">The request.</param>
    public static async Task<TreeImages> LoadAsync(ITree tree, string source, IReadOnlyList<string> paths, SourceContext context)
    {
        ImageDecoder.RequireLibrary();
        using DecodeJournal? journal = context.Journals is { } folder ? DecodeJournal.Open(folder, source, Environment.ProcessorCount) : null;
        if (journal?.Suspects is { Count: > 0 } suspects)
        {
            context.Progress?.Report(new Notice(
                $"{context.Request.Source}: a process that read it ended while it decoded {string.Join(", ", suspects.Take(Told))}{(suspects.Count > Told ? ", .." : "")}: decoded one at a time now."));
        }

        var result = new TreeImages(paths, context, journal);
        var wanted = new HashSet<string>(paths, StringComparer.Ordinal);
        Task pending = Task.CompletedTask;
        foreach (List<TreeContent> batch in Batches(tree.Read(wanted, context.Cancellation)))
        {
            await pending;
            pending = Task.Run(() => result.DecodeBatch(batch), context.Cancellation);
        }

        await pending;
        result.ReportMissing(paths);
        return result;
    }

    /// <summary>Cuts contents into batches of at most so many files, or about 16 MB.</summary>
    public static IEnumerable<List<TreeContent>> Batches(IEnumerable<TreeContent> contents, int files = BatchFiles)
    {
        var batch = new List<TreeContent>();
        long bytes = 0;
        foreach (TreeContent content in contents)
        {
            batch.Add(content);
            bytes += content.Data?.Length ?? 0;
            if (batch.Count >= files || bytes >= BatchBytes)
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }
        }

        yield return batch;
    }

    private void DecodeBatch(List<TreeContent> batch)
    {
        var decoded = new DecodedImage?[batch.Count];
        string?[] problems = new string?[batch.Count];
        bool[] suspect = [.. batch.Select(content => content.Data is { } data && _journal?.IsSuspect(data) == true)];
        Parallel.For(0, batch.Count, Options, i => decoded[i] = suspect[i] ? null : Decode(batch[i], isAlone: false, out problems[i]));
        foreach (int i in Enumerable.Range(0, batch.Count).Where(i => suspect[i]))
        {
            decoded[i] = Decode(batch[i], isAlone: true, out problems[i]);
        }

        for (int i = 0; i < batch.Count; i++)
        {
            if (problems[i] is { } problem)
            {
                _problems.Add(new DataProblem(batch[i].Path, problem));
            }
            else
            {
                Store(_slots[batch[i].Path], decoded[i]!, batch[i].Data!);
            }
        }

        if (_size is null && SizeReason(decoded) is { } reason)
        {
            _size = DataSources.DefaultImageSize;
            Notice = $"{_context.Request.Source}: {reason}, so all are resized to {_size}x{_size} pixels; `imageSize=64` keeps more and takes four times as long.";
            Parallel.For(0, _images.Length, Options, Shrink);
        }

        _done += batch.Count;
        _context.Progress?.Report(new DataProgressed($"reading {_context.Request.Source}", _done, _images.Length));
    }

    /// <summary>Why images cannot stay as they are; null: they can.</summary>
    private string? SizeReason(DecodedImage?[] decoded)
    {
        if (decoded.FirstOrDefault(image => image is not null && (image.Height, image.Width) != (_first!.Height, _first.Width)) is { } other)
        {
            return $"the sizes of the images differ ({_first!.Width}x{_first.Height}, {other.Width}x{other.Height})";
        }

        return _first is { } first && Math.Max(first.Height, first.Width) > DataSources.LargestKeptSize ? $"the images have {first.Width}x{first.Height} pixels" : null;
    }

    private ParallelOptions Options => new() { CancellationToken = _context.Cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };

    private DecodedImage? Decode(TreeContent content, bool isAlone, out string? problem)
    {
        problem = content.Data is { } data && _journal?.IsFatal(data) == true ? "ends the process that decodes it: skipped; save it again with another program" : content.Problem;
        if (content.Data is null || problem is not null)
        {
            return null;
        }

        try
        {
            return Decode(content.Path, content.Data, isAlone);
        }
        catch (BadImageException e)
        {
            problem = $"{e.Message}: skipped";
            return null;
        }
    }

    private DecodedImage Decode(string path, byte[] file, bool isAlone)
    {
        DecodedImage image = _journal is null ? _context.Decode(file, _size) : _journal.Decode(path, file, isAlone, () => _context.Decode(file, _size));
        return _size is { } side ? Resizer.Resize(image, side, side) : image;
    }

    /// <summary>Images keep their size while all agree; where two differ, all get the default size.</summary>
    private void Store(int slot, DecodedImage image, byte[] file)
    {
        _first ??= image;
        _images[slot] = image;
        if (_size is null)
        {
            _files[slot] = ImageDecoder.MayShrink(file) ? file : null;
            CheckMemory(image);
        }
    }

    /// <summary>Decodes again what the decoder may shrink: an image has the same pixels whenever its size became known.</summary>
    private void Shrink(int slot)
    {
        if (_images[slot] is { } image)
        {
            _images[slot] = _files[slot] is { } file ? Decode(_paths[slot], file, isAlone: false) : Resizer.Resize(image, _size!.Value, _size.Value);
            _files[slot] = null;
        }
    }

    private void CheckMemory(DecodedImage image)
    {
        _stored++;
        if ((long)_stored * image.Rgb.Length > Array.MaxLength)
        {
            throw new DataException(
                $"{_context.Request.Source}: {_images.Length} images of {image.Width}x{image.Height} pixels "
                + $"do not fit into {Array.MaxLength} bytes. "
                + "Give a smaller `imageSize`, for example `imageSize=64`.");
        }
    }

    private void ReportMissing(IReadOnlyList<string> paths)
    {
        var listed = _problems.Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
        for (int i = 0; i < _images.Length; i++)
        {
            if (_images[i] is null && !listed.Contains(paths[i]))
            {
                _problems.Add(new DataProblem(paths[i], "disappeared while reading: skipped"));
            }
        }
    }
}
