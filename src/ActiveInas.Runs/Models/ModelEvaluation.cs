using ActiveInas.Runs.Statistics;
using ActiveInas.Training;

namespace ActiveInas.Runs.Models;

/// <summary>How a model does on labelled images.</summary>
/// <param name="Classes">Names of the model's classes.</param>
/// <param name="Evaluation">Accuracies, results of each class, calibration.</param>
/// <param name="Confusion">[classes][classes]: images of a class (row) by what they were taken for (column).</param>
public sealed record ModelEvaluation(IReadOnlyList<string> Classes, Evaluation Evaluation, IReadOnlyList<IReadOnlyList<int>> Confusion)
{
    /// <summary>The accuracy with its interval, as if the images were drawn at random from all there are.</summary>
    public AccuracyEstimate Accuracy => new(Evaluation.Classes.Sum(one => one.Right), Evaluation.Count);

    /// <summary>What was mistaken for what, the most frequent first.</summary>
    public IReadOnlyList<(string Class, string TakenFor, int Images)> Mistakes =>
    [
        .. from row in Enumerable.Range(0, Classes.Count)
           from column in Enumerable.Range(0, Classes.Count)
           where row != column && Confusion[row][column] > 0
           orderby Confusion[row][column] descending
           select (Classes[row], Classes[column], Confusion[row][column]),
    ];
}
