using System.Runtime.CompilerServices;

namespace ActiveInas.Tests.Shared;

/// <summary>Gives the tests, and the programs that they start, a cache folder of their own: what the user's holds must not matter.</summary>
internal static class UserCache
{
    private const string Variable = "XDG_CACHE_HOME";

    [ModuleInitializer]
    internal static void Replace()
    {
        string folder = Directory.CreateTempSubdirectory("ainas-test-cache-").FullName;
        Environment.SetEnvironmentVariable(Variable, folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }
}
