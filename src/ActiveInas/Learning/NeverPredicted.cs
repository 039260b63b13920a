using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>Classes that a model was trained on and never predicts: the mark of a model that collapsed onto the large classes.</summary>
public static class NeverPredicted
{
    /// <summary>Where to read what to do.</summary>
    internal const string Advice = "docs/imbalance.md";

    private const int MostNamed = 10;

    /// <summary>The classes that have labels and test images, and no prediction among them; ascending. None where predictions were not counted.</summary>
    /// <param name="test">On the test part.</param>
    /// <param name="labelled">S.</param>
    internal static IReadOnlyList<int> On(Evaluation test, IReadOnlyList<LabelledSample> labelled)
    {
        ArgumentNullException.ThrowIfNull(test);
        return [.. Trained(labelled).Where(c => c < test.Classes.Count && test.Classes[c] is { Images: > 0, Predicted: 0 })];
    }

    /// <summary>Without a test part: the classes of S that the model takes none of the images of S for; ascending.</summary>
    /// <param name="model">Trained on S.</param>
    /// <param name="labelled">S.</param>
    /// <param name="threads">0: one a core.</param>
    /// <param name="cancellation">Asked between batches.</param>
    internal static IReadOnlyList<int> On(IModel model, IReadOnlyList<LabelledSample> labelled, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        float[] embeddings = model.Embed([.. labelled.Select(sample => sample.Id)], cancellation);
        float[] probabilities = Softmax.Probabilities(embeddings, model.Head, threads, cancellation);
        HashSet<int> predicted = [.. probabilities.Chunk(model.Classes).Select(row => Softmax.ArgMax(row))];
        return [.. Trained(labelled).Where(c => !predicted.Contains(c))];
    }

    /// <summary>One sentence: "round 3: the model never predicts 2 of its 6 classes (scratch, pit) on the test part: ...".</summary>
    /// <param name="round">The record.</param>
    /// <param name="trained">Classes that have labels.</param>
    /// <param name="names">Of all classes; empty: they are numbered.</param>
    /// <returns>Null when every class is predicted.</returns>
    public static string? Text(RoundRecord round, int trained, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(names);
        IReadOnlyList<int> classes = round.NeverPredicted;
        if (classes.Count == 0)
        {
            return null;
        }

        string more = classes.Count > MostNamed ? $" and {classes.Count - MostNamed} more" : "";
        string listed = string.Join(", ", classes.Take(MostNamed).Select(c => c < names.Count ? names[c] : $"{c}"));
        return $"round {round.Round}: the model never predicts {classes.Count} of its {trained} classes ({listed}{more}) on {(round.Test is null ? "its own training images" : "the test part")}: "
            + $"ask for more of their images (`query=class-balanced:NAME`) or train longer (`recipe=standard`, or `recipe.training.epochs=N`), see {Advice}";
    }

    private static IEnumerable<int> Trained(IReadOnlyList<LabelledSample> labelled) => labelled.Select(sample => sample.Label).Distinct().Order();
}
