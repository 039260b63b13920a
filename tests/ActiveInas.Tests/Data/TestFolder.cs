namespace ActiveInas.Tests.Data;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Root = Directory.CreateTempSubdirectory("ainas-data-").FullName;

    public string Root { get; }

    public string this[string path] => Path.Combine(Root, path);

    public string Write(string path, byte[] data)
    {
        string full = this[path];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, data);
        return full;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
