using System.Reflection;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Runs.Sessions;
using PublicApiGenerator;

namespace ActiveInas.PublicApi.Tests;

/// <summary>What outsiders see, as a text that a change must change too: Surface/ASSEMBLY.txt.</summary>
public sealed class SurfaceTests
{
    /// <summary>Set to 1, the test writes the files in place of comparing.</summary>
    private const string Update = "AINAS_UPDATE_SURFACE";

    public static TheoryData<Type> Assemblies => [typeof(IDevice), typeof(Architecture), typeof(ActiveInasRun)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_public_types_are_those_of_the_file(Type one)
    {
        Assembly assembly = one.Assembly;
        string name = $"{assembly.GetName().Name}.txt";
        string surface = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(Path.Combine(SourceFolder(), name), surface);
            return;
        }

        string[] expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Surface", name));
        string[] found = surface.TrimEnd('\n').Split('\n');
        string[] differences = [.. found.Except(expected).Select(line => $"+ {line.Trim()}"), .. expected.Except(found).Select(line => $"- {line.Trim()}")];
        Assert.True(
            found.SequenceEqual(expected),
            $"The public types of {assembly.GetName().Name} are not those of tests/ActiveInas.PublicApi.Tests/Surface/{name}:\n{string.Join('\n', differences.Take(20))}\n"
            + $"If that is meant, run this test with {Update}=1 and commit the file.");
    }

    // bin/CONFIGURATION/FRAMEWORK lies in the project's folder.
    private static string SourceFolder() => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../Surface"));
}
