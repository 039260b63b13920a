using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;

namespace ActiveInas.Learning;

/// <summary>Whether a round is the last.</summary>
public sealed partial class ActiveLearner
{
    private async Task<LearningStop?> EndAsync(
        int t, IReadOnlyList<RoundRecord> rounds, List<LabelledSample> s, Pool u, ModelSlot f, CancellationToken cancellation)
    {
        if (s.Count >= _options.Budget)
        {
            return new LearningStop(LearningEnd.BudgetSpent, $"{Counted.Of(s.Count, "label")}: the budget of {_options.Budget} is spent");
        }

        if (u.Count == 0)
        {
            return new LearningStop(LearningEnd.PoolExhausted, $"{Counted.Of(s.Count, "label")}: no unlabelled image is left");
        }

        return await ByRulesAsync(t, rounds, s, u, f, cancellation).ConfigureAwait(false)
            ?? (_options.StoppingRule?.ReasonToStop(rounds) is { } reason ? new LearningStop(LearningEnd.OwnRule, reason) : null);
    }

    private async Task<LearningStop?> ByRulesAsync(
        int t, IReadOnlyList<RoundRecord> rounds, List<LabelledSample> s, Pool u, ModelSlot f, CancellationToken cancellation)
    {
        if (_options.Stopping == StoppingRules.None)
        {
            return null;
        }

        if (_journal.FindEvidence(t) is null)
        {
            _journal.RecordEvidence(await EvidenceAsync(t, rounds[^1].Architecture, s, u, f, cancellation).ConfigureAwait(false));
        }

        return _options.Stopping.Decide(rounds, [.. Enumerable.Range(1, t).Select(_journal.FindEvidence).OfType<StopEvidence>()]);
    }

    private async Task<StopEvidence> EvidenceAsync(
        int t, Architecture a, List<LabelledSample> s, Pool u, ModelSlot f, CancellationToken cancellation)
    {
        if (_options.Stopping.Kappa is null)
        {
            return new StopEvidence(t, _journal.Seconds, null, null);
        }

        IModel model = await ModelAsync(t, a, s, f, cancellation).ConfigureAwait(false);
        IReadOnlyList<SampleId> pool = u.Ids;
        float[] probabilities = Softmax.Probabilities(model.Embed(pool, cancellation), model.Head, _options.Threads, cancellation);
        short[] now = new short[_options.PoolSize];
        Array.Fill(now, (short)-1);
        for (int row = 0; row < pool.Count; row++)
        {
            Span<float> probability = probabilities.AsSpan(row * _problem.Classes, _problem.Classes);
            Ranking.RequireFinite("agreement of models", "probability", pool[row], probability[0]);
            now[pool[row].Value] = (short)Softmax.ArgMax(probability);
        }

        double? kappa = _journal.FindEvidence(t - 1)?.Predictions is { } before ? StoppingRules.CohensKappa(before, now, _problem.Classes) : null;
        return new StopEvidence(t, _journal.Seconds, kappa, now);
    }

    /// <summary>The model of round t. Only when the round was replayed it comes from the journal, or once more from the same seed.</summary>
    private async Task<IModel> ModelAsync(int t, Architecture a, List<LabelledSample> s, ModelSlot f, CancellationToken cancellation)
        => f.Model
            ?? (_journal.LoadModel(t) is { } kept
                ? f.Set(kept)
                : (await TrainModelAsync(t, a, s, f, cancellation).ConfigureAwait(false)).Model);
}
