using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <content>What is taken back.</content>
public sealed partial class LabellingProject
{
    private const int LongestKey = 100;

    /// <summary>Takes back what a labeller said last; the image is theirs again.</summary>
    /// <param name="labeller">Who.</param>
    /// <param name="key">Names the request: asked twice with one, it takes back one answer. Null: each request takes back one.</param>
    /// <returns>Null: there is nothing to take back.</returns>
    /// <exception cref="LabellingException">Somebody answers the image at this moment, or the key named another request.</exception>
    public Task<UndoneTask?> UndoAsync(string labeller, string? key = null)
    {
        RequireKey(key);
        lock (_gate)
        {
            if (key is null)
            {
                return TakeBackAsync(labeller, null);
            }

            if (_undoing.TryGetValue(key, out (string Labeller, Task<UndoneTask?> Task) running))
            {
                RequireOwn(key, running.Labeller == labeller);
                return running.Task;
            }

            if (_answeredLeases.TryGetValue(key, out EventRow? said))
            {
                RequireOwn(key, said.Action == LabelWords.Undo && said.Labeller == labeller);
                return TakenBackAsync(said);
            }

            Task<UndoneTask?> task = TakeBackAsync(labeller, key);
            if (!task.IsCompleted)
            {
                _undoing[key] = (labeller, task);
            }

            return task;
        }
    }

    private static void RequireKey(string? key)
    {
        if (key is not null && (key.Length is 0 or > LongestKey || key.Any(char.IsControl)))
        {
            throw new LabellingException(LabellingFault.Invalid, $"A key of {key.Length} characters is not possible; wanted 1 to {LongestKey}, drawn at random for each request.");
        }
    }

    private static void RequireOwn(string key, bool isOwn)
    {
        if (!isOwn)
        {
            throw new LabellingException(LabellingFault.Conflict, $"The key '{key}' named another request; wanted one drawn for this.");
        }
    }

    private async Task<UndoneTask?> TakeBackAsync(string labeller, string? key)
    {
        EventRow last;
        Task<AnswerOutcome> saved;
        LeaseRow lease;
        try
        {
            lock (_gate)
            {
                HashSet<long> undone = [.. _events.Select(said => said.Undone).OfType<long>()];
                if (_events.LastOrDefault(said => said.Labeller == labeller && said.Action != LabelWords.Undo && !undone.Contains(said.Id) && said.Reason != LabelReasons.Import) is not { } found)
                {
                    return null;
                }

                last = found;
                RequireQuiet(last.Sample);
                long time = Now();
                saved = SaveAsync(
                    new EventRow { Sample = last.Sample, Action = LabelWords.Undo, Labeller = labeller, Time = time, Round = last.Round, Reason = last.Reason, Source = last.Source, Undone = last.Id, Lease = key },
                    HoldsWithout(last, undone));
                lease = LeaseAgain(last, labeller, time);
            }

            await saved.ConfigureAwait(false);
            await _store.AddAsync([lease]).ConfigureAwait(false);
            return Undone(lease, last);
        }
        finally
        {
            if (key is not null)
            {
                lock (_gate)
                {
                    _undoing.Remove(key);
                }
            }
        }
    }

    /// <summary>The same image again, for who has not heard that it is back. Called under the gate.</summary>
    private async Task<UndoneTask?> TakenBackAsync(EventRow undo)
    {
        EventRow last = _eventOf[undo.Undone!.Value];
        LeaseRow? shown = _shown.GetValueOrDefault(last.Sample);
        if (shown is not null && shown.Labeller != undo.Labeller)
        {
            throw new LabellingException(LabellingFault.Conflict, $"Image {last.Sample} was taken back, and is shown to somebody else by now.");
        }

        if (shown is null)
        {
            shown = LeaseAgain(last, undo.Labeller, Now());
            await _store.AddAsync([shown]).ConfigureAwait(false);
        }

        return Undone(shown, last);
    }

    /// <summary>What holds of an image when the last thing that somebody said of it does not: where somebody else has said something since, that stays.</summary>
    private Answer? HoldsWithout(EventRow last, HashSet<long> undone)
    {
        if (_answers.GetValueOrDefault(last.Sample) is { } now && now.Event != last.Id)
        {
            return now;
        }

        EventRow? before = _events.LastOrDefault(said => said.Sample == last.Sample && said.Id < last.Id && said.Action != LabelWords.Undo && !undone.Contains(said.Id));
        return before is null || before.Says == LabelAction.Skip ? null : new Answer(before.Id, before.Says, before.Class);
    }

    private LeaseRow LeaseAgain(EventRow last, string labeller, long time)
    {
        LeaseRow lease = NewLease(labeller, (last.Sample, last.Round, last.Reason, last.Score), time);
        _again.Add(lease.Lease);
        return lease;
    }

    private UndoneTask Undone(LeaseRow lease, EventRow last)
    {
        lock (_gate)
        {
            return new UndoneTask(TaskOf(lease), last.Says, ClassName(last.Class));
        }
    }
}
