using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>Asks the journal before it trains, and records what it trained: a resumed search repeats no finished trial.</summary>
/// <param name="journal">The memory of the run.</param>
/// <param name="runner">Runs what the journal does not know.</param>
internal sealed class JournaledTrialRunner(ILearningJournal journal, ITrialRunner runner) : ITrialRunner
{
    // Trainings of a search may end at the same moment, and a journal has one caller at a time.
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public async Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
        {
            if (journal.FindTrial(request.Key) is { } known)
            {
                return known;
            }
        }

        TrialResult result = await runner.RunAsync(request, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            journal.RecordTrial(request, result);
        }

        return result;
    }
}
