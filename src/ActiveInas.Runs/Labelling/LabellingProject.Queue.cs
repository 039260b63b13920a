using System.Security.Cryptography;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <content>Which image comes next, and who looks at it.</content>
public sealed partial class LabellingProject
{
    private const int MostAtOnce = 100;

    // Leases are kept for a day after they end: an answer that comes late is better than none.
    private static readonly TimeSpan s_remembered = TimeSpan.FromDays(1);

    private static readonly TimeSpan s_forgetEvery = TimeSpan.FromHours(1);

    // While the audit has too few labels to say anything, it gets one image in five.
    private const double EarlyAuditShare = 0.2;

    private long _forgotten;

    /// <summary>Leases that may still be answered.</summary>
    internal int RememberedLeases
    {
        get
        {
            lock (_gate)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>The next images for a labeller, which nobody else gets until the lease ends.</summary>
    /// <param name="labeller">Who asks.</param>
    /// <param name="count">Images wanted, 1..100.</param>
    /// <returns>Fewer, or none, where no more are asked for at the moment.</returns>
    public async Task<IReadOnlyList<LabelTask>> NextAsync(string labeller, int count)
    {
        if (count is < 1 or > MostAtOnce)
        {
            throw new LabellingException(LabellingFault.Invalid, $"{count} images at once are not possible; wanted 1 to {MostAtOnce}.");
        }

        List<LeaseRow> leases = [];
        List<LabelTask> tasks = [];
        long now = Now();
        long? forgetBefore;
        lock (_gate)
        {
            EndLeases(now);
            forgetBefore = ForgetLeases(now);
            int shown = ShownCount();
            int audited = AuditedCount();
            using IEnumerator<(int Sample, int Round, string Reason, double? Score)> audit = AuditQueue().GetEnumerator();
            using IEnumerator<(int Sample, int Round, string Reason, double? Score)> asked = Queue().GetEnumerator();
            while (leases.Count < count)
            {
                bool isAudit = audited < AuditDue(shown + 1, audited) && audit.MoveNext();
                if (!isAudit && !asked.MoveNext())
                {
                    // Nothing else to do: what the audit still lacks can be done now.
                    isAudit = audited < _project.AuditWanted && audit.MoveNext();
                    if (!isAudit)
                    {
                        break;
                    }
                }

                LeaseRow lease = NewLease(labeller, isAudit ? audit.Current : asked.Current, now);
                leases.Add(lease);
                tasks.Add(TaskOf(lease));
                shown++;
                audited += isAudit ? 1 : 0;
            }
        }

        if (leases.Count > 0)
        {
            await _store.AddAsync(leases, forgetBefore).ConfigureAwait(false);
        }

        return tasks;
    }

    /// <summary>Gives images back that a labeller will not answer: the page was closed.</summary>
    public void Release(string labeller, IEnumerable<string> leases)
    {
        ArgumentNullException.ThrowIfNull(leases);
        lock (_gate)
        {
            foreach (string lease in leases)
            {
                if (_leases.TryGetValue(lease, out LeaseRow? row) && row.Labeller == labeller && _shown.TryGetValue(row.Sample, out LeaseRow? shown) && shown.Lease == lease)
                {
                    _shown.Remove(row.Sample);
                }
            }
        }
    }

    /// <summary>Images that may be labelled while a network is trained.</summary>
    private int AheadCount() => _round.Ahead.Count(pick => IsFree(pick.Sample));

    /// <summary>Images of the batch in their order, those that were skipped once behind the others, then those ahead.</summary>
    private IEnumerable<(int Sample, int Round, string Reason, double? Score)> Queue()
    {
        int round = _round.Asked.Round;
        string reason = round <= 1 ? LabelReasons.Initial : LabelReasons.Query;
        foreach ((int sample, double? score) in Free(_round.Asked.Picks))
        {
            yield return (sample, round, reason, score);
        }

        // Only once the batch has an answer for every image does anybody work ahead of it.
        if (_round.Asked.Picks.All(pick => _answers.ContainsKey(pick.Sample) || _writingSamples.Contains(pick.Sample)))
        {
            foreach ((int sample, double? score) in Free(_round.Ahead))
            {
                yield return (sample, round + 1, LabelReasons.Ahead, score);
            }
        }
    }

    private IEnumerable<(int Sample, int Round, string Reason, double? Score)> AuditQueue()
        => Free(_audit.Select(sample => (sample, (double?)null))).Select(pick => (pick.Sample, _round.Asked.Round, LabelReasons.Audit, (double?)null));

    /// <summary>Those that nobody has or has answered, in their order, the skipped ones at the end. As far as it is read: most ask for one image of thousands.</summary>
    private IEnumerable<(int Sample, double? Score)> Free(IEnumerable<(int Sample, double? Score)> picks)
    {
        foreach ((int Sample, double? Score) pick in picks.Where(pick => !_skips.ContainsKey(pick.Sample) && IsFree(pick.Sample)))
        {
            yield return pick;
        }

        if (_skips.Count > 0)
        {
            foreach ((int Sample, double? Score) pick in picks.Where(pick => _skips.ContainsKey(pick.Sample) && IsFree(pick.Sample)).OrderBy(pick => _skips[pick.Sample]).ToArray())
            {
                yield return pick;
            }
        }
    }

    private bool IsFree(int sample) => !_answers.ContainsKey(sample) && !_shown.ContainsKey(sample) && !_writingSamples.Contains(sample);

    /// <summary>Images of the audit that should have been shown when so many of all have.</summary>
    private double AuditDue(int shown, int audited)
    {
        double share = audited < _project.AuditWanted ? Math.Max(EarlyAuditShare, _project.AuditShare) : _project.AuditShare;
        return _audit.Length == 0 ? 0 : share * shown;
    }

    // What a file said of an image is no image shown.
    private int ShownCount() => _answers.Count - _counts.Imported + _shown.Count;

    private int AuditedCount() => _counts.AuditAnswers + _shown.Keys.Count(sample => _audited.Contains(sample) && !_answers.ContainsKey(sample));

    private void EndLeases(long now)
    {
        foreach (LeaseRow ended in _shown.Values.Where(lease => lease.Expires <= now).ToArray())
        {
            _shown.Remove(ended.Sample);
        }
    }

    /// <summary>Now and then, drops the leases that ended too long ago; of answered ones the answer is known.</summary>
    /// <returns>When those ended that are dropped; null: it is not time.</returns>
    private long? ForgetLeases(long now)
    {
        if (now - _forgotten < s_forgetEvery.TotalMilliseconds)
        {
            return null;
        }

        _forgotten = now;
        long before = now - (long)s_remembered.TotalMilliseconds;
        foreach (LeaseRow ended in _leases.Values.Where(lease => lease.Expires < before).ToArray())
        {
            Forget(ended.Lease);
        }

        return before;
    }

    private void Forget(string lease)
    {
        _leases.Remove(lease);
        _again.Remove(lease);
    }

    private LeaseRow NewLease(string labeller, (int Sample, int Round, string Reason, double? Score) next, long now)
    {
        LeaseRow lease = new()
        {
            Lease = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            Sample = next.Sample,
            Labeller = labeller,
            Round = next.Round,
            Reason = next.Reason,
            Score = next.Score,
            ModelRound = _round.ModelRound,
            Expires = now + (long)_leaseTime.TotalMilliseconds,
        };
        _leases[lease.Lease] = lease;
        _shown[lease.Sample] = lease;
        return lease;
    }

    private LabelTask TaskOf(LeaseRow lease) => new(
        lease.Lease,
        lease.Sample,
        lease.Reason == LabelReasons.Audit ? [] : SuggestionsOf(_round.Suggestions[lease.Sample]),
        lease.Round,
        lease.Reason,
        lease.Score,
        DateTimeOffset.FromUnixTimeMilliseconds(lease.Expires));

    private void CountSkip(EventRow said)
    {
        if (said.Action != LabelWords.Undo && said.Says == LabelAction.Skip)
        {
            _skips[said.Sample] = _skips.GetValueOrDefault(said.Sample) + 1;
        }
        else
        {
            _skips.Remove(said.Sample);
        }
    }
}
