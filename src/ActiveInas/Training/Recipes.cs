using System.Diagnostics.CodeAnalysis;
using ActiveInas.Data;

namespace ActiveInas.Training;

/// <summary>The built-in recipes.</summary>
public static class Recipes
{
    /// <summary>The protocol of Geifman and El-Yaniv (arXiv 1811.07579), as their published settings give it: an "epoch" is 390 steps whatever
    /// |S| is; 101 epochs at 0.1, 50 at 0.01, 49 at 0.001; candidates train 50 epochs at 0.1 and are scored by their best epoch.</summary>
    public static Recipe Paper { get; } = new(
        Name: "paper",
        BatchSize: 128,
        StepsPerEpoch: 390,
        Training: new TrainingLength(
            200, 0, new Schedule(ScheduleKind.Step, 0.1, 0, [new LearningRateDrop(101, 0.01), new LearningRateDrop(151, 0.001)])),
        Candidate: new TrainingLength(50, 0, new Schedule(ScheduleKind.Step, 0.1, 0, [])),
        CandidateScore: CandidateScore.BestEpoch,
        Sampling: SamplingKind.Shuffle,
        Momentum: 0.9,
        WeightDecay: 1e-3,
        BatchNormEpsilon: 1e-3,
        BatchNormRunningWeight: 0.01,
        DropoutRate: 0.5,
        DropoutInTraining: false,
        Augmentation: new AugmentationRecipe(FlipProbability: 0.5, ShiftShare: 0.1, ShiftPixels: 0, RotationDegrees: 15));

    /// <summary>For small machines: epochs count passes over S, one-cycle learning rate, candidates are scored by their last epoch,
    /// and by the balanced error where the labels are imbalanced.</summary>
    public static Recipe Quick { get; } = new(
        Name: "quick",
        BatchSize: 64,
        StepsPerEpoch: null,
        Training: new TrainingLength(20, 100, new Schedule(ScheduleKind.OneCycle, 0.1, 0.2, [])),
        Candidate: new TrainingLength(6, 40, new Schedule(ScheduleKind.OneCycle, 0.1, 0.2, [])),
        CandidateScore: CandidateScore.LastEpoch,
        Sampling: SamplingKind.Shuffle,
        Momentum: 0.9,
        WeightDecay: 1e-3,
        BatchNormEpsilon: 1e-5,
        BatchNormRunningWeight: 0.1,
        DropoutRate: 0.5,
        DropoutInTraining: false,
        Augmentation: new AugmentationRecipe(FlipProbability: 0.5, ShiftShare: 0, ShiftPixels: 3, RotationDegrees: 0))
    {
        CandidateMetric = CandidateMetric.Auto,
    };

    /// <summary><see cref="Quick"/> with more steps at least: for the generated set, whose few hundred labels it leaves unlearnt.</summary>
    public static Recipe Demo { get; } = Quick with
    {
        Name = "demo",
        Training = Quick.Training with { MinimumSteps = 300 },
        Candidate = Quick.Candidate with { MinimumSteps = 80 },
    };

    /// <summary>For real images and few labels: long trainings, strong augmentation, smoothed labels, rare classes weighed up. Chosen on validation parts, one seed
    /// (docs/results/recipes.md); it makes 5 to 21 times the steps of <see cref="Quick"/> at 100 to 500 labels.</summary>
    public static Recipe Standard { get; } = Quick with
    {
        Name = "standard",
        Training = new TrainingLength(50, 1500, new Schedule(ScheduleKind.OneCycle, 0.1, 0.2, []), MinimumBlocks: 2),
        Candidate = new TrainingLength(12, 400, new Schedule(ScheduleKind.OneCycle, 0.1, 0.2, []), MinimumBlocks: 2),
        Augmentation = new AugmentationRecipe(
            FlipProbability: 0.5, ShiftShare: 0, ShiftPixels: 0, RotationDegrees: 0, CropArea: 0.4, Operations: 2, Magnitude: 0.5, CutoutShare: 0.25, LightBlocks: 2),
        LabelSmoothing = 0.1,
        LogitAdjustment = 1,
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [Paper, Standard, Quick, Demo];

    /// <summary>Their names, for messages.</summary>
    internal static string Names => $"{string.Join(", ", All.SkipLast(1).Select(recipe => recipe.Name))} or {All[^1].Name}";

    /// <summary>The recipe where none is named: demo for the generated set, standard for everything else.</summary>
    /// <param name="source">As --data takes it.</param>
    public static Recipe DefaultFor(string source) => source == DataSources.Generated ? Demo : Standard;

    /// <summary>Finds a built-in recipe by name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out Recipe? recipe)
    {
        recipe = All.FirstOrDefault(candidate => candidate.Name == name);
        return recipe is not null;
    }

    /// <summary>A built-in recipe by name, or a recipe file by path.</summary>
    /// <exception cref="ConfigurationException">It is neither, or the file is malformed.</exception>
    public static Recipe Resolve(string nameOrPath)
    {
        if (TryFind(nameOrPath, out Recipe? recipe))
        {
            return recipe;
        }

        return File.Exists(nameOrPath)
            ? RecipeFile.Read(nameOrPath)
            : throw new ConfigurationException(
                $"There is no recipe '{nameOrPath}': it must be {Names}, or the path of a recipe file.");
    }

    /// <summary>The recipe for a data set. <c>quick</c> does not mirror images that lose their meaning by it (digits), <c>standard</c> mirrors
    /// only those that are known to bear it (the authors mirror all, so <c>paper</c> stays as it is).</summary>
    /// <param name="recipe">Built-in or from a file.</param>
    /// <param name="mirrorSafe"><see cref="Data.Dataset.MirrorSafe"/>.</param>
    public static Recipe ForData(Recipe recipe, bool? mirrorSafe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        bool mirrors = recipe.Name switch
        {
            "quick" or "demo" => mirrorSafe is not false,
            "standard" => mirrorSafe is true,
            _ => true,
        };
        return mirrors ? recipe : Mirrored(recipe, 0);
    }

    /// <summary>The recipe with another probability of mirroring.</summary>
    public static Recipe Mirrored(Recipe recipe, double probability)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe with { Augmentation = recipe.Augmentation with { FlipProbability = probability } };
    }
}
