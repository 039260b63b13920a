using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Store;
using ActiveInas.Training;

namespace ActiveInas.Runs.Sessions;

/// <summary>Fits data and configuration to each other.</summary>
internal static class DataFit
{
    private const double MirrorProbability = 0.5;

    /// <summary>Gives a pool of unlabelled images the classes of the configuration.</summary>
    /// <exception cref="ConfigurationException">There are no classes, or other ones than the data set has.</exception>
    /// <exception cref="DataException">A class has no image that can be read.</exception>
    public static Dataset WithClasses(Dataset data, RunConfiguration configuration)
    {
        if (data.Loss is { LostClasses: [string first, ..] } loss && !configuration.AllowMissingClasses)
        {
            throw new DataException(
                $"{data.Name}: {loss} For example {data.Problems.FirstOrDefault(problem => problem.Path.Contains($"{first}/", StringComparison.Ordinal)) ?? data.Problems[0]}. "
                + "Mend the images, or train without these classes with `allowMissingClasses`.");
        }

        if (configuration.Classes.Count == 0)
        {
            return data.Classes.Count > 0
                ? data
                : throw new ConfigurationException($"{data.Name} has no classes: name them with `classes=A,B,...` and give labels with `oracle=file` and `labels=FILE`.");
        }

        if (configuration.Classes.Distinct().Count() != configuration.Classes.Count)
        {
            throw new ConfigurationException($"`classes={string.Join(',', configuration.Classes)}` names a class twice: give each once.");
        }

        return data.Classes.Count == 0 || data.Classes.SequenceEqual(configuration.Classes)
            ? data with { Classes = [.. configuration.Classes] }
            : throw new ConfigurationException(
                $"`classes={string.Join(',', configuration.Classes)}` does not fit {data.Name}, whose classes are {string.Join(',', data.Classes)}: leave it out.");
    }

    /// <summary>The data set with its pool made harder, where the configuration asks for it. The seed is that of the data, so that runs with
    /// different seeds compare.</summary>
    public static Dataset Simulated(Dataset data, RunConfiguration configuration)
        => configuration.Simulate is { } simulation ? simulation.Apply(data, configuration.DataSeed) : data;

    /// <summary>What a simulated pool holds, in one line.</summary>
    public static string Describe(Dataset data, Simulation simulation)
        => $"The pool is simulated ({simulation}): {Counted.Of(data.Train.Count, "image")}; labels as given: "
            + $"{ClassCounts.Text(data.Classes, ClassCounts.Of(data.Train.Labels, data.Classes.Count))}.";

    /// <summary>Fits the recipe to the data: what may lose its meaning is not mirrored, unless the configuration says so or the recipe is the user's own.</summary>
    public static RunConfiguration Adapt(RunConfiguration configuration, Dataset data) => configuration with
    {
        Recipe = configuration.Mirror switch
        {
            true => Recipes.Mirrored(configuration.Recipe, MirrorProbability),
            false => Recipes.Mirrored(configuration.Recipe, 0),
            null => Recipes.ForData(configuration.Recipe, data.MirrorSafe),
        },
    };

    /// <summary>What a person should know about mirroring; null: nothing.</summary>
    public static string? MirrorNotice(RunConfiguration configuration, Dataset data)
    {
        bool isLeftOut = configuration.Mirror is null
            && Recipes.ForData(Recipes.Mirrored(configuration.Recipe, MirrorProbability), data.MirrorSafe).Augmentation.FlipProbability == 0;
        return !isLeftOut
            ? null
            : data.MirrorSafe is null
                ? "Images are not mirrored in training, since left and right may matter (signs, letters, scales): `mirror=on` where they do not."
                : $"{data.Name} loses its meaning when mirrored: images are not mirrored in training (`mirror=on` does all the same).";
    }

    /// <summary>Refuses data that is not what the run began with.</summary>
    /// <exception cref="RunException">It changed.</exception>
    public static void RequireSame(RunRow row, Dataset data, RunFolder folder)
    {
        if (row.DataFingerprint != DatasetFingerprint.Of(data))
        {
            throw new RunException(
                $"{folder.Root}: the data '{data.Name}' changed since the run began (its images, names, labels or classes differ, or another version of the program decoded them otherwise), "
                + "so the run cannot go on. Restore the data, name its copy with `data`, or start a new run.");
        }
    }
}
