using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

/// <summary>Loads without this machine's environment: no cache of the user, and no network unless a test gives a mirror.</summary>
internal static class Loading
{
    private const string Nowhere = "http://127.0.0.1:1";

    public static Dataset Load(string source, string? folder = null, int? size = null, ulong seed = 1, bool all = false, string? dataFolder = null) =>
        Load(new DataRequest(source, folder, size, seed, all), Environment(dataFolder));

    public static Dataset Load(DataRequest request, DataEnvironment environment) =>
        DataSources.LoadAsync(request, environment, progress: null, CancellationToken.None).GetAwaiter().GetResult();

    public static DataException Fails(string source, string? folder = null, int? size = null) =>
        Assert.Throws<DataException>(() => Load(source, folder, size));

    public static DataEnvironment Environment(string? dataFolder = null, string mirror = Nowhere) =>
        new(dataFolder, mirror, Path.Combine(Path.GetTempPath(), "ainas-no-cache"));

    public static string Describe(Dataset dataset) => string.Join("\n", Lines(dataset));

    public static IEnumerable<string> Lines(Dataset dataset)
    {
        yield return string.Join(",", dataset.Classes);
        foreach ((string part, ImageSet? set) in new[] { ("train", dataset.Train), ("test", dataset.Test) })
        {
            for (int i = 0; i < (set?.Count ?? 0); i++)
            {
                yield return $"{part} {set!.Names[i]} {set.Labels[i]} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(set.Image(i)))}";
            }
        }
    }
}
