using ActiveInas.Learning;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Statistics;

namespace ActiveInas.Runs.Labelling;

/// <content>What a labeller can look at.</content>
public sealed partial class LabellingProject
{
    private static readonly TimeSpan s_paceWindow = TimeSpan.FromMinutes(5);

    /// <summary>Where the project stands.</summary>
    public ProjectStatus Status()
    {
        lock (_gate)
        {
            AccuracyEstimate estimate = Estimate();
            RoundRecord? last = _round.Run is { Rounds: { Count: > 0 } rounds } ? rounds[^1] : null;
            return new ProjectStatus
            {
                Round = Math.Max(1, _round.Asked.Round),
                Labelled = _counts.Labelled,
                Skipped = _counts.Skipped,
                Bad = _counts.Bad,
                Images = _paths.Length,
                Budget = _configuration.Budget,
                Batch = Batch(),
                Ahead = AheadCount(),
                Architecture = last?.Architecture.ToString(),
                ModelRound = last?.Round,
                Accuracy = estimate.IsKnown ? estimate.Accuracy : null,
                Interval = estimate.IsKnown ? [estimate.Interval.Low, estimate.Interval.High] : null,
                Audit = new AuditProgress(_counts.AuditLabels, _project.AuditWanted, _audit.Length, _project.AuditShare),
                LabelsPerMinute = Pace(),
                Labellers = _counts.Labellers,
                IsDone = _round.Run is { State: RunState.Finished },
            };
        }
    }

    /// <summary>What was said, newest first, without what was taken back.</summary>
    /// <param name="labeller">Whose; null: everybody's.</param>
    /// <param name="count">At most.</param>
    public IReadOnlyList<HistoryItem> History(string? labeller, int count)
    {
        lock (_gate)
        {
            HashSet<long> undone = [.. _events.Select(said => said.Undone).OfType<long>()];
            return
            [
                .. Enumerable.Reverse(_events)
                    .Where(said => said.Action != LabelWords.Undo && said.Reason != LabelReasons.Import && !undone.Contains(said.Id) && (labeller is null || said.Labeller == labeller))
                    .DistinctBy(said => said.Sample)
                    .Take(count)
                    .Select(said => new HistoryItem(
                        said.Sample, ClassName(said.Class), said.Says, said.Labeller, DateTimeOffset.FromUnixTimeMilliseconds(said.Time), said.Milliseconds, said.Round, said.Reason)),
            ];
        }
    }

    /// <summary>Images to look at again.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="count">At most; groups of equal files are not cut.</param>
    public IReadOnlyList<ReviewItem> Review(ReviewKind kind, int count)
    {
        lock (_gate)
        {
            return kind switch
            {
                ReviewKind.Doubt => [.. Doubtful().Take(count)],
                ReviewKind.Duplicates => Duplicates(count),
                _ =>
                [
                    .. _answers.Where(pair => pair.Value.Action == (kind == ReviewKind.Skipped ? LabelAction.Skip : LabelAction.Bad))
                        .OrderBy(pair => pair.Value.Event).Take(count).Select(pair => Item(pair.Key, null, null, _round.Suggestions[pair.Key])),
                ],
            };
        }
    }

    /// <summary>What the project has come to.</summary>
    public ProjectDashboard Dashboard()
    {
        lock (_gate)
        {
            IReadOnlyList<RoundRecord> rounds = _round.Run?.Rounds ?? [];
            return new ProjectDashboard([.. rounds.Select(RoundOf)], ClassAccuracies(), Confusion(), [.. rounds.Select(round => round.Architecture.ToString())]);
        }
    }

    private static ProjectRound RoundOf(RoundRecord round)
    {
        AccuracyEstimate? estimate = round.Test is { } test ? new AccuracyEstimate((int)Math.Round(test.Accuracy * test.Count), test.Count) : null;
        return new ProjectRound(
            round.Round,
            round.Labels,
            round.Architecture.ToString(),
            round.Parameters,
            estimate?.Accuracy,
            estimate is { } known ? [known.Interval.Low, known.Interval.High] : null,
            estimate?.Count ?? 0,
            round.Search?.Candidates.Where(candidate => candidate.Chosen).Select(candidate => (double?)candidate.ValidationError).LastOrDefault(),
            double.IsFinite(round.TrainLoss) ? round.TrainLoss : null,
            round.TrainSeconds + (round.Search?.Candidates.Sum(candidate => candidate.Seconds) ?? 0));
    }

    /// <summary>Images of the audit with a label and a prediction: the class and what is predicted.</summary>
    private IEnumerable<(int Label, int Predicted)> AuditPairs() => _audit
        .Where(sample => _round.Audit.ContainsKey(sample) && _answers.TryGetValue(sample, out Answer? answer) && answer.Class is not null)
        .Select(sample => (_answers[sample].Class!.Value, _round.Audit[sample].Class));

    private AccuracyEstimate Estimate()
    {
        (int Label, int Predicted)[] audited = [.. AuditPairs()];
        return new AccuracyEstimate(audited.Count(one => one.Label == one.Predicted), audited.Length);
    }

    private IReadOnlyList<ClassAccuracy> ClassAccuracies()
    {
        ILookup<int, (int Label, int Predicted)> audited = AuditPairs().ToLookup(one => one.Label);
        Dictionary<int, int> labels = _answers.Values.Where(answer => answer.Class is not null).CountBy(answer => answer.Class!.Value).ToDictionary();
        return
        [
            .. _classes.Select((name, i) =>
            {
                int count = audited[i].Count();
                int correct = audited[i].Count(one => one.Predicted == i);
                return new ClassAccuracy(i, name, labels.GetValueOrDefault(i), count, correct, count == 0 ? null : (double)correct / count);
            }),
        ];
    }

    private ConfusionMatrix Confusion()
    {
        int[][] counts = [.. _classes.Select(_ => new int[_classes.Count])];
        foreach ((int label, int predicted) in AuditPairs().Where(one => one.Predicted < counts.Length))
        {
            counts[label][predicted]++;
        }

        return new ConfusionMatrix([.. _classes], counts);
    }

    private IEnumerable<ReviewItem> Doubtful() => _round.Qualities
        .Where(quality => _answers.TryGetValue(quality.Sample, out Answer? answer) && answer.Action == LabelAction.Label)
        .Select(quality => Item(quality.Sample, quality.Quality, null, [new Prediction(quality.Sample, quality.Class, quality.Probability)]));

    private List<ReviewItem> Duplicates(int count)
    {
        List<ReviewItem> items = [];
        IEnumerable<IGrouping<string, int>> groups = _answers.Where(pair => pair.Value.Action == LabelAction.Label && _hashes[pair.Key] is not null)
            .GroupBy(pair => _hashes[pair.Key]!, pair => pair.Key)
            .Where(group => group.Select(sample => _answers[sample].Class).Distinct().Count() > 1);
        foreach (IGrouping<string, int> group in groups.OrderBy(group => group.Min()))
        {
            if (items.Count >= count)
            {
                break;
            }

            items.AddRange(group.Order().Select(sample => Item(sample, null, group.Key, _round.Suggestions[sample])));
        }

        return items;
    }

    private ReviewItem Item(int sample, double? quality, string? group, IEnumerable<Prediction> suggested)
    {
        Answer? answer = _answers.GetValueOrDefault(sample);
        return new ReviewItem(sample, ClassName(answer?.Class), answer?.Action ?? LabelAction.None, SuggestionsOf(suggested), quality, group);
    }

    private BatchProgress Batch()
        => new(_round.Asked.Picks.Count(pick => _answers.ContainsKey(pick.Sample)), _round.Asked.Picks.Count, _round.Asked.Round);

    private double? Pace()
    {
        long now = Now();
        string label = LabelWords.Of(LabelAction.Label);

        // From the last one back: imports may tell any time, what people say is in order.
        long[] times =
        [
            .. Enumerable.Range(1, _events.Count).Select(i => _events[^i]).Where(said => said.Reason != LabelReasons.Import)
                .TakeWhile(said => now - said.Time < s_paceWindow.TotalMilliseconds).Where(said => said.Action == label).Select(said => said.Time),
        ];
        return times.Length < 2 ? null : (times.Length - 1) / Math.Max((times[0] - times[^1]) / 60_000.0, 1.0 / 60);
    }
}
