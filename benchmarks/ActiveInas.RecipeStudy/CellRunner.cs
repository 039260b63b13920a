using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.RecipeStudy;

/// <summary>Trains one cell on one thread and scores it.</summary>
internal static class CellRunner
{
    public static async Task<StudyResult> RunAsync(StudyCell cell, Study study, StudyData set)
    {
        Dataset data = set.Data;
        IReadOnlyList<LabelledSample> labelled = set.Labelled(cell.Labels, cell.Seed);
        Recipe recipe = data.MirrorSafe is false ? Recipes.Mirrored(study.Recipes[cell.Recipe], 0) : study.Recipes[cell.Recipe];
        TrialRequest request = new(
            "study", Architecture.Parse(cell.Architecture), data.Classes.Count, labelled, [], recipe, SeedTree.Derive((ulong)cell.Seed, "study/training"));
        using LocalTrainer trainer = new(set.Images, data.Normalization, new LocalTrainerOptions(1, TimeSpan.FromDays(1)));
        TrainedModel trained = await trainer.TrainAsync(request, CancellationToken.None).ConfigureAwait(false);
        using IModel model = trained.Model;
        StudyResult mirrored = Score(cell, study, set, labelled, Probabilities(model, set.Mirrored));
        return Score(cell, study, set, labelled, Probabilities(model, set.Validation)) with
        {
            Mirrored = mirrored.Accuracy,
            TrainingLoss = trained.FinalLoss,
            Steps = trained.Steps,
            Seconds = trained.Seconds,
        };
    }

    private static float[] Probabilities(IModel model, IReadOnlyList<LabelledSample> samples)
        => Softmax.Probabilities(model.Embed([.. samples.Select(sample => sample.Id)], CancellationToken.None), model.Head, 1, CancellationToken.None);

    private static StudyResult Score(StudyCell cell, Study study, StudyData set, IReadOnlyList<LabelledSample> labelled, float[] probabilities)
    {
        int classes = set.Data.Classes.Count;
        int[] count = new int[classes];
        int[] right = new int[classes];
        int[] predicted = new int[classes];
        double loss = 0;
        for (int i = 0; i < set.Validation.Count; i++)
        {
            ReadOnlySpan<float> row = probabilities.AsSpan(i * classes, classes);
            int label = set.Validation[i].Label;
            int best = Softmax.ArgMax(row);
            count[label]++;
            predicted[best]++;
            right[label] += best == label ? 1 : 0;
            loss -= Math.Log(Math.Max(row[label], 1e-12));
        }

        int[] seen = ClassCounts.Of(labelled.Select(sample => sample.Label), classes);
        return new StudyResult(
            ResultFile.Id(cell, study),
            cell.Set,
            cell.Labels,
            cell.Architecture,
            cell.Seed,
            cell.Recipe,
            (double)right.Sum() / set.Validation.Count,
            Enumerable.Range(0, classes).Where(c => count[c] > 0).Average(c => (double)right[c] / count[c]),
            loss / set.Validation.Count,
            Enumerable.Range(0, classes).Count(c => seen[c] > 0 && predicted[c] == 0));
    }
}
