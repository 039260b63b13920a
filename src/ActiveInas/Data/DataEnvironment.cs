namespace ActiveInas.Data;

/// <summary>What the process's environment says about data.</summary>
/// <param name="DataFolder">AINAS_DATA_DIR: a folder that already holds data sets; read, never written.</param>
/// <param name="Mirror">AINAS_DATA_MIRROR: base address instead of the data sets' own; files are MIRROR/SET/FILE.</param>
/// <param name="CacheFolder">Where downloads go unless the request names a folder.</param>
internal sealed record DataEnvironment(string? DataFolder, string? Mirror, string CacheFolder)
{
    /// <summary>Reads the environment.</summary>
    public static DataEnvironment FromProcess() => new(Variable("AINAS_DATA_DIR"), Variable("AINAS_DATA_MIRROR"), UserCache());

    private static string UserCache()
    {
        if (Variable("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache))
        {
            return Path.Combine(cache, "ainas");
        }

        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "ainas", "cache");
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), ".cache", "ainas");
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
