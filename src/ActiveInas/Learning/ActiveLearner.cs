using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Querying;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>Algorithm 2, active-iNAS(U, A_0, A, Q, b, k): asks for labels and grows the architecture along with them.</summary>
/// <remarks>
/// Every expensive step asks the journal first: running the loop again over the journal of a stopped run replays what it holds,
/// trains nothing twice, and ends as if nothing had happened. At most one model is alive at a time.
/// Reference: Geifman and El-Yaniv, arXiv 1811.07579, algorithm 2, with U_1 = U \ S_1.
/// </remarks>
/// <example><code>
/// ActiveLearner learner = new(options, search, backend, QueryStrategies.Create("coreset"), oracle, new MemoryJournal());
/// LearningResult result = await learner.RunAsync(CancellationToken.None);
/// </code></example>
public sealed partial class ActiveLearner
{
    /// <summary>Runs the loop until the budget is spent, the pool is empty or a stopping rule holds.</summary>
    /// <exception cref="LabelsPendingException">People have not labelled yet what was asked for; run again over the same journal later.</exception>
    public async Task<LearningResult> RunAsync(CancellationToken cancellation)
    {
        List<RoundRecord> rounds = [];
        using ModelSlot f = new();
        Pool u = new(_options.PoolSize);
        u.Remove(_options.Reserved);
        Architecture a = _options.Start;

        // 1. S_1 = k random points of U, labelled; U_1 = U \ S_1.
        List<LabelledSample> s = await LabelInitialAsync(u, cancellation).ConfigureAwait(false);

        for (int t = 1; ; t++)
        {
            if (_journal.FindRound(t) is { } known)
            {
                rounds.Add(Replayed(known, s));
            }
            else
            {
                // 2. A_t = iNAS(S_t, A_{t-1}, A, T).
                SearchOutcome search = await SearchAsync(t, a, s, cancellation).ConfigureAwait(false);

                // 3. f_theta = A_t trained on all of S_t, from scratch.
                rounds.Add(await TrainAsync(t, search, s, f, cancellation).ConfigureAwait(false));
            }

            a = rounds[^1].Architecture;

            // 4. Budget spent, U_t empty, or a stopping rule holds: return f_theta.
            if (await EndAsync(t, rounds, s, u, f, cancellation).ConfigureAwait(false) is { } end)
            {
                return new LearningResult(rounds, end.Rule, f.Release() ?? _journal.LoadModel(t), end.Reason);
            }

            // 5. S' = Q(f_theta, S_t, U_t, b), b cut to budget and pool.
            int b = Math.Min(_options.Schedule.BatchFor(s.Count) + _options.Waiting(u.Ids), Math.Min(_options.Budget - s.Count, u.Count));
            QueryRecord query = await QueryAsync(t, f, a, s, u, b, cancellation).ConfigureAwait(false);
            f.Clear();

            // 6. Label S'; S_{t+1} = S_t + S'; U_{t+1} = U_t - S'.
            await LabelAsync(t + 1, query, s, u, cancellation).ConfigureAwait(false);
        }
    }
}
