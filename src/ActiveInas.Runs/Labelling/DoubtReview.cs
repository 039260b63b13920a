using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Runs.Labelling;

/// <summary>How well each label fits what networks think that have not seen it: cross-validated predictions, and of each the probability of the label given.</summary>
/// <remarks>The label quality "self-confidence" of confident learning: Northcutt, Jiang and Chuang, JAIR 70 (2021), arXiv 1911.00068.</remarks>
internal static class DoubtReview
{
    /// <summary>Networks, each of which has not seen one part of the labels.</summary>
    public const int Folds = 3;

    /// <summary>Fewest labels that are worth it.</summary>
    public const int FewestLabels = 10 * Folds;

    /// <summary>Deals samples into parts so that each class is in all of them as evenly as can be.</summary>
    /// <param name="samples">Labelled.</param>
    /// <param name="seed">Of the dealing.</param>
    public static LabelledSample[][] Deal(IEnumerable<LabelledSample> samples, ulong seed)
    {
        List<LabelledSample>[] parts = [.. Enumerable.Range(0, Folds).Select(_ => new List<LabelledSample>())];
        SeededRandom random = new(SeedTree.Derive(seed, "review/parts"));
        int next = 0;
        foreach (IGrouping<int, LabelledSample> group in samples.OrderBy(sample => sample.Id).GroupBy(sample => sample.Label).OrderBy(group => group.Key))
        {
            LabelledSample[] dealt = [.. group];
            random.Shuffle<LabelledSample>(dealt);
            foreach (LabelledSample sample in dealt)
            {
                parts[next++ % Folds].Add(sample);
            }
        }

        return [.. parts.Select(part => part.OrderBy(sample => sample.Id).ToArray())];
    }

    /// <summary>Trains and asks.</summary>
    /// <param name="trainer">Trains.</param>
    /// <param name="request">A training of all labels: its architecture, recipe and seed are those of the networks. Trainings are as long as those of candidates.</param>
    /// <param name="others">Labelled images that no network may learn.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<List<LabelQuality>> RunAsync(IModelTrainer trainer, TrialRequest request, IReadOnlyList<LabelledSample> others, CancellationToken cancellation)
    {
        LabelledSample[][] parts = Deal(request.Train, request.Seed);
        List<LabelQuality> qualities = [];
        for (int part = 0; part < parts.Length; part++)
        {
            LabelledSample[] learnt = [.. parts.Where((_, i) => i != part).SelectMany(one => one).OrderBy(sample => sample.Id)];
            string key = $"{request.Key}/{part}";
            TrialRequest fold = request with { Key = key, Train = learnt, Seed = SeedTree.Derive(request.Seed, key), Recipe = request.Recipe with { Training = request.Recipe.Candidate } };
            TrainedModel trained = await trainer.TrainAsync(fold, cancellation).ConfigureAwait(false);
            using IModel model = trained.Model;
            LabelledSample[] asked = part == 0 ? [.. parts[part], .. others] : parts[part];
            qualities.AddRange(Judge(model, asked, cancellation));
        }

        return qualities;
    }

    private static IEnumerable<LabelQuality> Judge(IModel model, LabelledSample[] samples, CancellationToken cancellation)
    {
        float[] probabilities = Softmax.Probabilities(model.Embed([.. samples.Select(sample => sample.Id)], cancellation), model.Head, 1, cancellation);
        for (int row = 0; row < samples.Length; row++)
        {
            ReadOnlySpan<float> of = probabilities.AsSpan(row * model.Classes, model.Classes);
            Prediction best = PeopleQuery.Best(samples[row].Id.Value, of, 1)[0];
            yield return new LabelQuality(best.Sample, of[samples[row].Label], best.Class, best.Probability);
        }
    }
}
