using System.Diagnostics;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Querying;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>The steps behind the loop: each asks the journal, does the work, and records it.</summary>
public sealed partial class ActiveLearner
{
    private readonly LearnerOptions _options;
    private readonly Problem _problem;
    private readonly IArchitectureSearch _search;
    private readonly ITrainingBackend _backend;
    private readonly JournaledTrialRunner _trials;
    private readonly IQueryStrategy _query;
    private readonly IOracle _oracle;
    private readonly ILearningJournal _journal;
    private readonly IProgress<ProgressEvent>? _progress;

    /// <param name="options">k, b, budget and the like.</param>
    /// <param name="search">iNAS or a fixed architecture.</param>
    /// <param name="backend">Trains candidates (the learner asks the journal before each) and networks, and reads the test part; the caller's to dispose.</param>
    /// <param name="query">Q.</param>
    /// <param name="oracle">Gives labels.</param>
    /// <param name="journal">The memory of the run.</param>
    /// <param name="progress">Told what happens.</param>
    /// <exception cref="ConfigurationException">The options cannot work.</exception>
    public ActiveLearner(
        LearnerOptions options,
        IArchitectureSearch search,
        ITrainingBackend backend,
        IQueryStrategy query,
        IOracle oracle,
        ILearningJournal journal,
        IProgress<ProgressEvent>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        options.Validate();
        (_options, _problem) = (options, options.Problem);
        _search = search;
        _backend = backend;
        _trials = new JournaledTrialRunner(journal, backend.Trials);
        _query = query;
        _oracle = oracle;
        _journal = journal;
        _progress = progress;
    }

    /// <summary>The k random initial points of a run, ranked: a function of the seed and the pool only.</summary>
    public static IReadOnlyList<QueryPick> DrawInitial(ulong seed, IReadOnlyList<SampleId> pool, int count)
    {
        SampleId[] ids = [.. pool];
        SeededRandom random = new(SeedTree.Derive(seed, RoundKeys.Initial));
        random.Shuffle<SampleId>(ids);
        return [.. ids.Take(count).Select((id, index) => new QueryPick(id, 0, index + 1))];
    }

    private async Task<List<LabelledSample>> LabelInitialAsync(Pool u, CancellationToken cancellation)
    {
        List<LabelledSample> s = [];
        if (_options.InitialLabels is { } given && _journal.FindLabels(1) is null && _journal.FindQuery(0) is null)
        {
            _journal.RecordLabels(1, [.. given.OrderBy(sample => sample.Id)], "file");
        }

        if (_journal.FindLabels(1) is { } known && _journal.FindQuery(0) is null)
        {
            Grow(s, u, known, []);
            return s;
        }

        QueryRecord? query = _journal.FindQuery(0);
        if (query is null)
        {
            long start = Stopwatch.GetTimestamp();
            IReadOnlyList<QueryPick> picks = _options.InitialQuery.Draw(_problem.Seed, u.Ids, _options.Initial, cancellation);
            query = new QueryRecord(0, _options.InitialQuery.Name, picks, Stopwatch.GetElapsedTime(start).TotalSeconds);
            _journal.RecordQuery(query);
        }

        await LabelAsync(1, query, s, u, cancellation).ConfigureAwait(false);
        return s.Count > 0 ? s : throw new DataException($"None of the {Counted.Of(query.Picks.Count, "initial point")} got a label; wanted at least 1.");
    }

    private async Task LabelAsync(int round, QueryRecord query, List<LabelledSample> s, Pool u, CancellationToken cancellation)
    {
        IReadOnlyList<LabelledSample>? labels = _journal.FindLabels(round);
        if (labels is null)
        {
            cancellation.ThrowIfCancellationRequested();
            Report(round, s.Count, "label", null);
            SampleId[] asked = [.. query.Picks.Select(pick => pick.Id)];
            IReadOnlyList<LabelledSample> answer = await _oracle.LabelAsync(round, asked, cancellation).ConfigureAwait(false);
            LabelCheck.Require(answer, _options.PoolSize, _problem.Classes, asked.ToHashSet());
            labels = [.. answer.OrderBy(sample => sample.Id)];
            _journal.RecordLabels(round, labels, query.Round == 0 ? RoundKeys.Initial : _oracle.Source);
        }

        if (round == 1)
        {
            _progress?.Report(new InitialLabelled(ClassCounts.Of(labels.Select(sample => sample.Label), _problem.Classes)));
        }

        // A sample that the oracle left out will never get a label: it leaves the pool with the others.
        Grow(s, u, labels, query.Picks.Select(pick => pick.Id));
    }

    // S stays ascending by id, so that nothing depends on the order in which an oracle or a journal answers.
    private static void Grow(List<LabelledSample> s, Pool u, IReadOnlyList<LabelledSample> labels, IEnumerable<SampleId> asked)
    {
        s.AddRange(labels);
        s.Sort((x, y) => x.Id.CompareTo(y.Id));
        u.Remove(labels.Select(sample => sample.Id));
        u.Remove(asked);
    }

    private async Task<SearchOutcome> SearchAsync(int t, Architecture current, List<LabelledSample> s, CancellationToken cancellation)
    {
        if (_journal.FindSearch(t) is { } known)
        {
            return known;
        }

        cancellation.ThrowIfCancellationRequested();
        Report(t, s.Count, "search", current);
        SearchOutcome outcome = await _search.SearchAsync(t, current, s, _trials, cancellation).ConfigureAwait(false);
        ReportMeasure(t, outcome.Measure, s);
        _journal.RecordSearch(t, outcome);
        _progress?.Report(new SearchEnded(t, outcome));
        return outcome;
    }

    // Said when it begins and when it changes, not in every round.
    private void ReportMeasure(int t, ErrorMeasure measure, List<LabelledSample> s)
    {
        if (measure == (_journal.FindSearch(t - 1)?.Measure ?? ErrorMeasure.ZeroOne))
        {
            return;
        }

        LabelBalance balance = LabelBalance.Of(s);
        string counts = FormattableString.Invariant($"the largest class has {balance.Largest} of {Counted.Of(s.Count, "label")}, {balance.Ratio:0.0} times the mean of the others");
        _progress?.Report(new Notice(measure == ErrorMeasure.Balanced
            ? $"round {t}: {counts}: the search compared balanced validation errors (1 - mean recall of the classes; recipe.candidateMetric={Name(_problem.Recipe.CandidateMetric)})"
            : $"round {t}: {counts}: the search compared validation errors over all images again"));
    }

    private static string Name(CandidateMetric metric) => metric.ToString().ToLowerInvariant();

    private async Task<RoundRecord> TrainAsync(int t, SearchOutcome search, List<LabelledSample> s, ModelSlot f, CancellationToken cancellation)
    {
        Architecture architecture = search.Chosen;
        TrainedModel trained = await TrainModelAsync(t, architecture, s, f, cancellation).ConfigureAwait(false);
        Report(t, s.Count, "evaluate", architecture);
        Evaluation? test = _backend.Evaluator.Evaluate(trained.Model, cancellation);
        RoundRecord record = new(
            t,
            s.Count,
            architecture,
            architecture.ParameterCount(_problem.Classes),
            architecture.ForwardFlops(_problem.Height, _problem.Width, _problem.Classes),
            test,
            trained.FinalLoss,
            trained.Steps,
            trained.Seconds,
            search.Candidates.Count == 0 ? null : search)
        {
            NeverPredicted = test is null ? NeverPredicted.On(trained.Model, s, _options.Threads, cancellation) : NeverPredicted.On(test, s),
        };
        _journal.RecordRound(record, trained.Model);
        _progress?.Report(new RoundEnded(record));
        if (NeverPredicted.Text(record, s.DistinctBy(sample => sample.Label).Count(), _options.ClassNames) is { } warning)
        {
            _progress?.Report(new Warning(warning));
        }

        return record;
    }

    private async Task<TrainedModel> TrainModelAsync(
        int t, Architecture architecture, List<LabelledSample> s, ModelSlot f, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Report(t, s.Count, "train", architecture);
        TrainedModel trained = await _backend.Trainer.TrainAsync(_problem.Training(t, architecture, s), cancellation).ConfigureAwait(false);
        f.Set(trained.Model);
        return trained;
    }

    private RoundRecord Replayed(RoundRecord known, List<LabelledSample> s)
    {
        if (known.Labels != s.Count && !_journal.LabelsRevised)
        {
            throw new ConfigurationException(
                $"Round {known.Round} was recorded with {Counted.Of(known.Labels, "label")}, "
                + $"but the recorded labels and queries give {s.Count}: the record is damaged or belongs to another run.");
        }

        _progress?.Report(new Notice($"Round {known.Round}, {Counted.Of(known.Labels, "label")}, {known.Architecture}: recorded earlier."));
        return known;
    }

    private async Task<QueryRecord> QueryAsync(
        int t, ModelSlot f, Architecture a, List<LabelledSample> s, Pool u, int b, CancellationToken cancellation)
    {
        if (_journal.FindQuery(t) is { } known)
        {
            return known;
        }

        if (_query.Needs != QueryNeeds.None)
        {
            _ = await ModelAsync(t, a, s, f, cancellation).ConfigureAwait(false);
        }

        cancellation.ThrowIfCancellationRequested();
        Report(t, s.Count, "query", a);
        long start = Stopwatch.GetTimestamp();
        QueryRequest request = new(
            u.Ids, s, b, _problem.Classes, SeedTree.Derive(_problem.Seed, RoundKeys.Query(t)),
            _options.StochasticPasses, _problem.Recipe.DropoutRate, _options.Threads);
        IReadOnlyList<QueryPick> picks = QueryRunner.Run(_query, f.Model, request, cancellation);
        QueryRecord record = new(t, _query.Name, picks, Stopwatch.GetElapsedTime(start).TotalSeconds);
        _journal.RecordQuery(record);
        return record;
    }

    private void Report(int round, int labels, string stage, Architecture? architecture)
        => _progress?.Report(new StageStarted(round, labels, stage, architecture));
}
