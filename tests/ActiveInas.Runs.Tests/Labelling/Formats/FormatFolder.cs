using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Labelling.Formats;

/// <summary>A source of small files, and a place for exports beside it.</summary>
internal sealed class FormatFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FormatFolder(params IReadOnlyList<string> images)
    {
        Images = images;
        Directory.CreateDirectory(Source);
        foreach (string image in images)
        {
            string path = Path.Combine(Source, image);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "pixels of " + image);
        }
    }

    public IReadOnlyList<string> Images { get; }

    public string Source => _folder["source"];

    public string this[string name] => _folder[name];

    public string Write(string name, string text)
    {
        string path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public LabelImport Read(string path, IReadOnlyList<string> classes, string? format = null) => LabelFormats.Read(path, format, classes, Images);

    /// <summary>Writes a file and reads it as what it looks like.</summary>
    public LabelImport Read(string name, string text, params IReadOnlyList<string> classes) => Read(Write(name, text), classes);

    public void Dispose() => _folder.Dispose();
}
