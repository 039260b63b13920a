namespace ActiveInas.Tests.Data;

/// <summary>Finds the real images that some tests use; tests without them report themselves skipped.</summary>
internal static class RealData
{
    public static string? Folder { get; } = Find();

    public static string File(string name)
    {
        string path = Path.Combine(Folder ?? "no data folder", name);
        Skip.IfNot(Path.Exists(path), $"{name} is not on this machine (AINAS_DATA_DIR)");
        return path;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("AINAS_DATA_DIR") is { Length: > 0 } folder)
        {
            return folder;
        }

        string? root = AppContext.BaseDirectory;
        while (root is not null && !System.IO.File.Exists(Path.Combine(root, "ActiveInas.slnx")))
        {
            root = Path.GetDirectoryName(root);
        }

        return root is null ? null : Path.GetFullPath(Path.Combine(root, "..", "shared", "data"));
    }
}
