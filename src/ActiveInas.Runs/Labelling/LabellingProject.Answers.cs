using System.Security.Cryptography;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <content>What people say.</content>
public sealed partial class LabellingProject
{
    /// <summary>Answers a task. The same answer twice is fine, and gives the same outcome.</summary>
    /// <param name="labeller">Who answers: the one who got the task.</param>
    /// <param name="lease">Of the task; one that has ended counts as long as nobody else has the image.</param>
    /// <param name="action">Label, skip or bad. A first skip puts the image behind the others, a second one leaves it out.</param>
    /// <param name="name">Name of the class, for a label.</param>
    /// <param name="milliseconds">How long they looked at it; null: not known.</param>
    /// <param name="accepted">Whether they took what the model suggested.</param>
    /// <exception cref="LabellingException">No such lease or class; or another answer was given, by this lease or by somebody else.</exception>
    public Task<AnswerOutcome> AnswerAsync(string labeller, string lease, LabelAction action, string? name, int? milliseconds = null, bool accepted = false)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_gate)
        {
            int? index = RequireAnswer(action, name, milliseconds);
            if (SaidBefore(lease, action, index) is { } before)
            {
                return before;
            }

            LeaseRow row = RequireLease(lease, labeller);
            EventRow added = EventOf(row.Sample, action, index, labeller, milliseconds, accepted) with
            {
                Round = row.Round,
                Reason = row.Reason,
                Score = row.Score,
                ModelRound = row.ModelRound,
                Lease = lease,
            };
            bool later = action == LabelAction.Skip && !_skips.ContainsKey(row.Sample) && !_answers.ContainsKey(row.Sample);
            return SaveOnceAsync(added, later ? null : new Answer(0, action, index));
        }
    }

    /// <summary>Says something else of an image that was looked at before.</summary>
    /// <param name="labeller">Who says so.</param>
    /// <param name="id">The image.</param>
    /// <param name="action">Label, skip or bad.</param>
    /// <param name="name">Name of the class, for a label.</param>
    /// <param name="milliseconds">How long they looked at it; null: not known.</param>
    /// <param name="key">Names the request: asked twice with one, it counts once. Null: each counts.</param>
    /// <exception cref="LabellingException">No such image or class, somebody answers it at this moment, or the key named another request.</exception>
    public Task<AnswerOutcome> RelabelAsync(string labeller, int id, LabelAction action, string? name, int? milliseconds = null, string? key = null)
    {
        Require(id);
        RequireKey(key);
        lock (_gate)
        {
            int? index = RequireAnswer(action, name, milliseconds);
            if (key is not null && SaidBefore(key, action, index) is { } before)
            {
                return before;
            }

            RequireQuiet(id);
            EventRow added = EventOf(id, action, index, labeller, milliseconds, accepted: false) with { Reason = LabelReasons.Review, Round = _round.Asked.Round, Lease = key };
            return SaveOnceAsync(added, new Answer(0, action, index));
        }
    }

    private EventRow EventOf(int sample, LabelAction action, int? index, string labeller, int? milliseconds, bool accepted) => new()
    {
        Sample = sample,
        Action = LabelWords.Of(action),
        Class = index,
        Labeller = labeller,
        Time = Now(),
        Milliseconds = milliseconds,
        ModelRound = _round.ModelRound,
        Source = LabelWords.Of(accepted ? LabelSource.Suggestion : LabelSource.Person),
    };

    /// <summary>What a lease or key was answered with before, if it was with the same; null: it was not. Called under the gate.</summary>
    private Task<AnswerOutcome>? SaidBefore(string lease, LabelAction action, int? index)
    {
        if (_writing.TryGetValue(lease, out (LabelAction Action, int? Class, Task<AnswerOutcome> Task) writing))
        {
            RequireSame(lease, writing.Action, writing.Class, action, index);
            return writing.Task;
        }

        if (!_answeredLeases.TryGetValue(lease, out EventRow? said))
        {
            return null;
        }

        if (said.Action == LabelWords.Undo)
        {
            throw new LabellingException(LabellingFault.Conflict, $"'{lease}' is the key of an undo; wanted the lease of an image, or a key of its own.");
        }

        RequireSame(lease, said.Says, said.Class, action, index);
        return Task.FromResult(Outcome(said.Sample));
    }

    /// <summary>Writes an answer whose lease or key may come again meanwhile. Called under the gate.</summary>
    private Task<AnswerOutcome> SaveOnceAsync(EventRow said, Answer? now)
    {
        Task<AnswerOutcome> task = SaveAsync(said, now);
        if (said.Lease is { } lease && !task.IsCompleted)
        {
            _writing[lease] = (said.Says, said.Class, task);
        }

        return task;
    }

    /// <summary>Writes an answer; the state changes when it is on disk, and until then nobody else gets the image. Called under the gate.</summary>
    private async Task<AnswerOutcome> SaveAsync(EventRow said, Answer? now)
    {
        int sample = said.Sample;
        Answer? before = _answers.GetValueOrDefault(sample);
        string? known = _hashes[sample];
        _writingSamples.Add(sample);
        try
        {
            string? hash = known ?? await Task.Run(() => HashOf(sample)).ConfigureAwait(false);
            long id = await _store.AddAsync(new AnswerChange(said, now, before, known is null ? hash : null)).ConfigureAwait(false);
            lock (_gate)
            {
                EventRow added = said with { Id = id };
                _hashes[sample] = hash;
                _events.Add(added);
                _eventOf[id] = added;
                CountSkip(added);
                if (said.Lease is { } lease)
                {
                    _answeredLeases[lease] = added;
                    Forget(lease);
                }

                if (said.Action != LabelWords.Undo)
                {
                    _shown.Remove(sample);
                }

                // An undo brings back what an earlier event said, or nothing; a first skip leaves nothing.
                Hold(sample, now is null || said.Undone is not null ? now : now with { Event = id });
                return Outcome(sample);
            }
        }
        finally
        {
            lock (_gate)
            {
                _writingSamples.Remove(sample);
                if (said.Lease is { } lease)
                {
                    _writing.Remove(lease);
                }
            }
        }
    }

    private void Hold(int sample, Answer? answer)
    {
        if (_answers.Remove(sample, out Answer? before))
        {
            _counts.Remove(sample, before, _eventOf[before.Event]);
        }

        if (answer is not null)
        {
            _answers[sample] = answer;
            _counts.Add(sample, answer, _eventOf[answer.Event]);
        }
    }

    private string? HashOf(int sample)
    {
        try
        {
            using FileStream file = File.OpenRead(Path.Combine(_project.Source, _paths[sample]));
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The image has gone since it was shown: what was said of it counts all the same.
            return null;
        }
    }

    private AnswerOutcome Outcome(int sample)
    {
        Answer? answer = _answers.GetValueOrDefault(sample);
        return new AnswerOutcome(sample, answer?.Action ?? (_skips.ContainsKey(sample) ? LabelAction.Skip : LabelAction.None), ClassName(answer?.Class), _counts.Labelled, _counts.AuditLabels, Batch());
    }

    private int? RequireAnswer(LabelAction action, string? name, int? milliseconds)
    {
        if (action is not (LabelAction.Label or LabelAction.Skip or LabelAction.Bad))
        {
            throw new LabellingException(LabellingFault.Invalid, $"'{action}' is no answer; wanted label, skip or bad.");
        }

        if (milliseconds is < 0)
        {
            throw new LabellingException(LabellingFault.Invalid, $"{milliseconds} milliseconds are not possible; wanted 0 or more.");
        }

        return action == LabelAction.Label ? ClassIndex(name)
            : name is null ? null
            : throw new LabellingException(LabellingFault.Invalid, $"'{action}' goes without a class, and '{name}' was given.");
    }

    private LeaseRow RequireLease(string lease, string labeller)
    {
        if (!_leases.TryGetValue(lease, out LeaseRow? row))
        {
            throw new LabellingException(LabellingFault.Unknown, $"There is no lease '{lease}': ask for the next images.");
        }

        bool isOthers = row.Labeller != labeller || (_shown.TryGetValue(row.Sample, out LeaseRow? shown) && shown.Lease != lease);
        return isOthers
            ? throw new LabellingException(LabellingFault.Conflict, $"Image {row.Sample} is shown to somebody else by now.")
            : (_answers.ContainsKey(row.Sample) && !_again.Contains(lease)) || _writingSamples.Contains(row.Sample)
                ? throw new LabellingException(LabellingFault.Conflict, $"Image {row.Sample} has an answer by now.")
                : row;
    }

    private void RequireQuiet(int sample)
    {
        if (_writingSamples.Contains(sample))
        {
            throw new LabellingException(LabellingFault.Conflict, $"Image {sample} is being answered at this moment: try again.");
        }
    }

    private void RequireSame(string lease, LabelAction said, int? saidClass, LabelAction action, int? index)
    {
        if ((said, saidClass) != (action, index))
        {
            throw new LabellingException(LabellingFault.Conflict, $"Lease '{lease}' was answered with '{ClassName(saidClass) ?? said.ToString()}' already: undo it first.");
        }
    }
}
