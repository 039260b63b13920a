using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Training;

namespace ActiveInas.PublicApi.Tests;

/// <summary>What the blocks of documents take for granted, and what they are asked to hand out.</summary>
public static class Given
{
    /// <summary>Of the tests that use this: one at a time.</summary>
    public const string Collection = "documents";

#pragma warning disable IDE1006, CA2211 // The README's names, set by the tests.
    /// <summary>Trains hardly at all.</summary>
    public static readonly Recipe recipe = Recipes.Quick with
    {
        BatchSize = 8,
        Training = Recipes.Quick.Training with { Epochs = 1, MinimumSteps = 4 },
        Candidate = Recipes.Quick.Candidate with { Epochs = 1, MinimumSteps = 2 },
    };

    /// <summary>Of the run.</summary>
    public static RunConfiguration configuration = new();

    /// <summary>What a block made.</summary>
    public static object? made;
#pragma warning restore IDE1006, CA2211

    /// <summary>The loop's result.</summary>
    public static LearningResult Result => (LearningResult)made!;

    /// <summary>The run.</summary>
    public static RunDocument Run => (RunDocument)made!;
}
