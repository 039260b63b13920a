using System.Text.RegularExpressions;
using ActiveInas.Data.Tables;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>Finds the images that files of other programs name: paths, parts of paths, names, and addresses.</summary>
/// <remarks>
/// <para>Label Studio serves a local folder as /data/local-files/?d=PATH, and an uploaded file as /data/upload/PROJECT/HASH-NAME, where blanks of the name became _ and odd
/// characters are gone (Django's get_valid_filename). Of other addresses the path counts, without what follows a ?.</para>
/// <para>What remains is found as in tables (<see cref="ImageIndex"/>).</para>
/// </remarks>
internal sealed partial class ImageReferences
{
    private readonly ImageIndex _index;
    private readonly HashSet<string> _paths;
    private readonly string? _folder;
    private readonly Lazy<ILookup<string, string>> _uploads;

    /// <param name="subject">The images, and where they lie.</param>
    public ImageReferences(LabelSubject subject)
    {
        _index = new ImageIndex(subject.ImagePaths);
        _paths = new HashSet<string>(subject.ImagePaths, StringComparer.Ordinal);
        _folder = subject.SourceFolder is null ? null : Path.GetFullPath(subject.SourceFolder).Replace('\\', '/').TrimEnd('/') + '/';
        _uploads = new(() => subject.ImagePaths.ToLookup(path => Uploaded(path[(path.LastIndexOf('/') + 1)..]), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>What each text names.</summary>
    public IReadOnlyList<ImageFinding> Locate(IReadOnlyList<(string Text, string Place)> texts) => _index.Locate([.. texts.Select(text => (Plain(text.Text), text.Place))]);

    /// <summary>Whether a text names an image.</summary>
    public bool Knows(string text) => _index.Find(Plain(text)) is not null;

    /// <summary>The path in a reference.</summary>
    internal string Plain(string text)
    {
        if (_paths.Contains(text))
        {
            return text;
        }

        string path = text.Replace('\\', '/');
        if (_folder is not null && path.StartsWith(_folder, StringComparison.Ordinal))
        {
            return text[_folder.Length..];
        }

        if (LocalFile().Match(path) is { Success: true } local)
        {
            return Uri.UnescapeDataString(local.Groups["path"].Value);
        }

        if (Upload().Match(path) is { Success: true } upload)
        {
            return UploadedImage(Uri.UnescapeDataString(upload.Groups["name"].Value));
        }

        return Address().Match(path) is { Success: true } address ? Uri.UnescapeDataString(address.Groups["path"].Value) : text;
    }

    private string UploadedImage(string name)
    {
        string own = Hash().Replace(name, string.Empty);
        if (_index.Find(name) is not null)
        {
            return name;
        }

        string[] same = [.. _uploads.Value[Uploaded(own)].Take(2)];
        return same.Length == 1 && _index.Find(own) is null ? same[0] : own;
    }

    private static string Uploaded(string name) => Odd().Replace(ImageIndex.Normal(name).Trim().Replace(' ', '_'), string.Empty);

    [GeneratedRegex(@"^(?:[a-z][a-z0-9+.-]*://[^/]*)?/?data/local-files/?\?(?:.*&)?d=(?<path>[^&]*)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex LocalFile();

    [GeneratedRegex(@"^(?:[a-z][a-z0-9+.-]*://[^/]*)?/?data/upload/(?:\d+/)?(?<name>[^/?]+)(?:\?.*)?$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Upload();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*://(?<path>[^?#]*)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex("^[0-9a-f]{8}-", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();

    [GeneratedRegex(@"[^-\w.]", RegexOptions.CultureInvariant)]
    private static partial Regex Odd();
}
