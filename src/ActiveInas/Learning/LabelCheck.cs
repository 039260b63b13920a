using ActiveInas.Data;

namespace ActiveInas.Learning;

/// <summary>Labels that come from outside the loop are checked before anything is trained on them.</summary>
internal static class LabelCheck
{
    /// <summary>Refuses samples that do not exist, were not asked for or come twice, and labels that are no class.</summary>
    /// <param name="labels">To check.</param>
    /// <param name="poolSize">Ids are 0..poolSize-1.</param>
    /// <param name="classes">Labels are 0..classes-1.</param>
    /// <param name="asked">What may be labelled; null: everything.</param>
    public static void Require(IReadOnlyList<LabelledSample> labels, int poolSize, int classes, IReadOnlySet<SampleId>? asked)
    {
        HashSet<SampleId> seen = [];
        foreach (LabelledSample sample in labels)
        {
            if (sample.Id.Value < 0 || sample.Id.Value >= poolSize)
            {
                throw new DataException($"Sample {sample.Id} got a label but does not exist; wanted 0..{poolSize - 1}.");
            }

            if (sample.Label < 0 || sample.Label >= classes)
            {
                throw new DataException($"Sample {sample.Id} got label {sample.Label}, which is no class; wanted 0..{classes - 1}.");
            }

            if (asked is not null && !asked.Contains(sample.Id))
            {
                throw new DataException($"Sample {sample.Id} got a label that was not asked for.");
            }

            if (!seen.Add(sample.Id))
            {
                throw new DataException($"Sample {sample.Id} got two labels; wanted one.");
            }
        }
    }
}
