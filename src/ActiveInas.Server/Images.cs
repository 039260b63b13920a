using System.Collections.Concurrent;
using System.Globalization;
using ActiveInas.Data;
using ActiveInas.Data.Images;
using ActiveInas.Runs.Labelling;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ActiveInas.Server;

/// <summary>The images of a project, read where they lie, by id: no path comes from a client.</summary>
internal sealed class Images(ProjectHost host, IImageConverter converter)
{
    // A photo below this many bytes is sent as it is, whatever size is wanted.
    private const long SmallFile = 300 << 10;
    private const int LargestWidth = 4096;
    private readonly ConcurrentDictionary<int, (FileVersion Version, ImageFileInfo Info)> _known = new();

    /// <summary>Tells a file from what lay in its place before.</summary>
    private readonly record struct FileVersion(long Length, DateTime Written);

    /// <summary>GET /images/{id}.</summary>
    public async Task<IResult> GetAsync(int id, int? w, CancellationToken cancellation)
    {
        string path = host.Project.FileOf(id);
        if (w is < 1 or > LargestWidth)
        {
            throw new LabellingException(LabellingFault.Invalid, $"A width of {w} pixels is not possible; wanted 1 to {LargestWidth}.");
        }

        FileInfo file = new(path);
        if (!file.Exists)
        {
            throw new LabellingException(LabellingFault.Unknown, $"{host.Project.PathOf(id)} has gone from {host.Project.Source}: put it back, or mark it as bad.");
        }

        ImageFileInfo info = Info(id, file);
        bool isWhole = info.MediaType is not null && (w is null || info.Width <= w || file.Length <= SmallFile);
        string version = string.Create(CultureInfo.InvariantCulture, $"\"{id}-{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}{(isWhole ? "" : $"-{w}")}\"");
        EntityTagHeaderValue tag = EntityTagHeaderValue.Parse(version);
        return isWhole
            ? Results.File(File.OpenRead(path), info.MediaType, lastModified: null, entityTag: tag, enableRangeProcessing: false)
            : Results.Bytes(await converter.ToPngAsync(path, w, cancellation).ConfigureAwait(false), "image/png", entityTag: tag);
    }

    /// <summary>What a page is told of a task.</summary>
    public LabelItem Item(LabelTask task)
    {
        (int width, int height) = Size(task.Id);
        return new LabelItem(task.Lease, task.Id, Url(task.Id), width, height, task.Suggested, task.Round, task.Reason, task.Score, task.Expires);
    }

    /// <summary>What a page is told of an answer.</summary>
    public HistoryView View(HistoryItem item)
    {
        (int width, int height) = Size(item.Id);
        return new HistoryView(item.Id, Url(item.Id), width, height, item.Class, item.Action, item.Labeller, item.Time, item.Ms, item.Round, item.Reason);
    }

    /// <summary>What a page is told of an image to look at again.</summary>
    public ReviewView View(ReviewItem item)
    {
        (int width, int height) = Size(item.Id);
        return new ReviewView(item.Id, Url(item.Id), width, height, item.Class, item.Action, item.Suggested, item.Quality, item.Group);
    }

    private static string Url(int id) => string.Create(CultureInfo.InvariantCulture, $"/images/{id}");

    private ImageFileInfo Info(int id, FileInfo file)
    {
        FileVersion version = new(file.Length, file.LastWriteTimeUtc);
        if (_known.TryGetValue(id, out (FileVersion Version, ImageFileInfo Info) known) && known.Version == version)
        {
            return known.Info;
        }

        ImageFileInfo info = ImageFile.Inspect(file.FullName);
        _known[id] = (version, info);
        return info;
    }

    /// <summary>Of the file's header; 0 where it cannot be read: the page shows that it is missing, and it can be marked as bad.</summary>
    private (int Width, int Height) Size(int id)
    {
        try
        {
            ImageFileInfo info = Info(id, new FileInfo(host.Project.FileOf(id)));
            return (info.Width, info.Height);
        }
        catch (Exception exception) when (exception is DataException or IOException or UnauthorizedAccessException)
        {
            return (0, 0);
        }
    }
}
