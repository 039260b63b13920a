using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Statistics;
using ActiveInas.Training;

namespace ActiveInas.Runs.Labelling;

/// <summary>The parts of a run whose labels people give.</summary>
internal static class PeopleParts
{
    /// <summary>Classes that the page suggests of an image.</summary>
    public const int Suggested = 3;

    /// <summary>Batches that are kept ready beside the one in hand, for people who label while a network is trained.</summary>
    public const int BatchesAhead = 2;

    /// <summary>The parts, around an open store.</summary>
    /// <param name="store">Of the project.</param>
    /// <param name="query">Name of the query function.</param>
    /// <param name="batch">Images of a batch.</param>
    /// <param name="data">The pool, where it is loaded already.</param>
    public static RunParts Of(LabelStore store, string query, int batch, Dataset? data)
    {
        HashSet<SampleId> audit = [.. store.Audit().Select(sample => new SampleId(sample))];
        return RunParts.Default with
        {
            LoadData = (request, progress, cancellation) => data is null ? DataSources.LoadAsync(request, progress, cancellation) : Task.FromResult(data),
            Reserve = _ => audit,
            Waiting = pool => Waiting(store, pool).Length,
            CreateOracle = _ => new PeopleOracle(store),
            CreateInitialQuery = context => new PeopleInitialQuery(RunParts.Default.CreateInitialQuery(context), store, BatchesAhead * batch),
            CreateBackend = (context, checkpoints, progress) => new AuditedBackend(RunParts.Default.CreateBackend(context, checkpoints, progress), context.Data, store),
            Query = new PeopleQuery(QueryStrategies.Create(query), store, BatchesAhead * batch),
        };
    }

    /// <summary>Images of a pool that have a label and that no query has asked for: labelled ahead, or in a file. Ascending.</summary>
    public static SampleId[] Waiting(LabelStore store, IReadOnlyList<SampleId> pool)
    {
        Dictionary<int, Answer> answers = store.Answers();
        return [.. pool.Where(id => answers.TryGetValue(id.Value, out Answer? answer) && answer.Action == LabelAction.Label).Order()];
    }

    /// <summary>Images of a pool that were skipped or called bad: nobody is asked again.</summary>
    public static HashSet<SampleId> Closed(LabelStore store, IReadOnlyList<SampleId> pool)
    {
        Dictionary<int, Answer> answers = store.Answers();
        return [.. pool.Where(id => answers.TryGetValue(id.Value, out Answer? answer) && answer.Action != LabelAction.Label)];
    }
}

/// <summary>Answers with what people have said, and says that labels are missing until all images asked for have an answer.</summary>
/// <param name="store">Of the project.</param>
internal sealed class PeopleOracle(LabelStore store) : IOracle
{
    /// <inheritdoc/>
    public string Source => "people";

    /// <inheritdoc/>
    public Task<IReadOnlyList<LabelledSample>> LabelAsync(int round, IReadOnlyList<SampleId> samples, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Dictionary<int, Answer> answers = store.Answers();
        int missing = samples.Count(id => !answers.ContainsKey(id.Value));
        if (missing > 0)
        {
            throw new LabelsPendingException($"{missing} of {Counted.Of(samples.Count, "image")} that round {round} asks for {Counted.Word(missing, "has", "have")} no answer yet: label them in the browser.");
        }

        return Task.FromResult<IReadOnlyList<LabelledSample>>([.. samples.Where(id => answers[id.Value].Class is not null).Select(id => new LabelledSample(id, answers[id.Value].Class!.Value))]);
    }
}

/// <summary>Asks for the images that have a label already, then for those of a start without labels; keeps more ready.</summary>
/// <param name="inner">The start.</param>
/// <param name="store">Of the project.</param>
/// <param name="ahead">Images to keep ready.</param>
internal sealed class PeopleInitialQuery(IInitialQuery inner, LabelStore store, int ahead) : IInitialQuery
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Draw(ulong seed, IReadOnlyList<SampleId> pool, int count, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pool);
        SampleId[] first = [.. PeopleParts.Waiting(store, pool).Take(count)];
        HashSet<SampleId> closed = PeopleParts.Closed(store, pool);
        SampleId[] open = [.. pool.Except(first).Where(id => !closed.Contains(id))];
        SampleId[] drawn = count == first.Length ? [] : [.. inner.Draw(seed, open, Math.Min(count - first.Length, open.Length), cancellation).Select(pick => pick.Id)];

        // Where nearly all are closed, they make up the number: the oracle has an answer for them.
        SampleId[] asked = [.. first.Concat(drawn).Concat(closed).Take(count)];
        SampleId[] rest = [.. open.Except(drawn)];
        store.SaveNext(ActiveLearner.DrawInitial(SeedTree.Derive(seed, "ahead"), rest, Math.Min(ahead, rest.Length)), []);
        return [.. asked.Select((id, i) => new QueryPick(id, 0, i + 1))];
    }
}

/// <summary>Asks for the images that have a label already, then for those of a query function; keeps more ready, and what the model thinks of all of them.</summary>
/// <param name="inner">The query function.</param>
/// <param name="store">Of the project.</param>
/// <param name="ahead">Images to keep ready.</param>
internal sealed class PeopleQuery(IQueryStrategy inner, LabelStore store, int ahead) : IQueryStrategy
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public QueryNeeds Needs => inner.Needs | QueryNeeds.Probabilities;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        SampleId[] first = [.. PeopleParts.Waiting(store, context.Pool).Take(context.Count)];
        HashSet<SampleId> closed = PeopleParts.Closed(store, context.Pool);

        // What has an answer may be among what is asked for, so that much more is.
        int most = Math.Min(context.Pool.Count, context.Count + first.Length + closed.Count + ahead);
        IReadOnlyList<QueryPick> ranked = inner.Select(context with { Count = most }, cancellation);
        HashSet<SampleId> known = [.. first];
        QueryPick[] open = [.. ranked.Where(pick => !known.Contains(pick.Id) && !closed.Contains(pick.Id))];
        QueryPick[] asked = [.. first.Select(id => new QueryPick(id, 0, 0)), .. open.Take(context.Count - first.Length)];
        asked = [.. asked, .. closed.Order().Take(context.Count - asked.Length).Select(id => new QueryPick(id, 0, 0))];
        QueryPick[] next = [.. open.Skip(context.Count - first.Length).Take(ahead)];
        store.SaveNext(next, Suggestions(context, asked.Concat(next)));
        return [.. asked.Select((pick, i) => pick with { Rank = i + 1 })];
    }

    private static IEnumerable<Prediction> Suggestions(QueryContext context, IEnumerable<QueryPick> shown)
    {
        Dictionary<SampleId, int> rows = context.Pool.Select((id, row) => (id, row)).ToDictionary(pair => pair.id, pair => pair.row);
        return shown.SelectMany(pick => Best(pick.Id.Value, context.Probabilities!.AsSpan(rows[pick.Id] * context.Classes, context.Classes), PeopleParts.Suggested));
    }

    /// <summary>The most probable classes of an image, the best first.</summary>
    public static Prediction[] Best(int sample, ReadOnlySpan<float> probabilities, int count)
    {
        Prediction[] all = new Prediction[probabilities.Length];
        for (int c = 0; c < all.Length; c++)
        {
            all[c] = new Prediction(sample, c, probabilities[c]);
        }

        return [.. all.OrderByDescending(one => one.Probability).ThenBy(one => one.Class).Take(count)];
    }
}

/// <summary>A backend whose test part is the audit: the images drawn at random that have a label by now.</summary>
/// <param name="inner">Trains.</param>
/// <param name="data">The pool.</param>
/// <param name="store">Of the project.</param>
internal sealed class AuditedBackend(ITrainingBackend inner, Dataset data, LabelStore store) : ITrainingBackend, ITestEvaluator
{
    /// <inheritdoc/>
    public ITrialRunner Trials => inner.Trials;

    /// <inheritdoc/>
    public IModelTrainer Trainer => inner.Trainer;

    /// <inheritdoc/>
    public ITestEvaluator Evaluator => this;

    /// <inheritdoc/>
    public IModelFiles Models => inner.Models;

    /// <summary>Evaluates on the labelled images of the audit, and keeps what the model thinks of all of them. Null where too few have a label.</summary>
    public Evaluation? Evaluate(IModel model, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        int[] audit = [.. store.Audit()];
        if (audit.Length == 0)
        {
            return null;
        }

        float[] probabilities = Softmax.Probabilities(model.Embed([.. audit.Select(sample => new SampleId(sample))], cancellation), model.Head, 1, cancellation);
        store.SaveAudit(
            (store.LastQuery()?.Round ?? 1),
            audit.Select((sample, row) => PeopleQuery.Best(sample, probabilities.AsSpan(row * model.Classes, model.Classes), 1)[0]));
        Dictionary<int, Answer> answers = store.Answers();
        int[] labelled = [.. audit.Where(sample => answers.TryGetValue(sample, out Answer? answer) && answer.Class < model.Classes)];
        if (labelled.Length < AccuracyEstimate.Fewest)
        {
            return null;
        }

        using TestEvaluator evaluator = new(Part(labelled, answers));
        return evaluator.Evaluate(model, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private ImageSet Part(int[] samples, Dictionary<int, Answer> answers)
    {
        ImageSet pool = data.Train;
        byte[] pixels = new byte[(long)samples.Length * pool.Height * pool.Width * 3];
        for (int i = 0; i < samples.Length; i++)
        {
            pool.Image(samples[i]).CopyTo(pixels.AsSpan(i * pool.Height * pool.Width * 3));
        }

        return new ImageSet(pool.Height, pool.Width, pixels, [.. samples.Select(sample => answers[sample].Class!.Value)], [.. samples.Select(sample => pool.Names[sample])]);
    }
}
