namespace ActiveInas.Estimation;

/// <summary>All runs of an experiment as their searches may go.</summary>
/// <param name="Seconds">Wall-clock.</param>
/// <param name="Bytes">Most memory of the runs side by side.</param>
/// <param name="Disk">Bytes when all are finished.</param>
/// <param name="PeakDisk">Most bytes on the way, with checkpoints: an upper bound.</param>
internal sealed record ExperimentDraw(double Seconds, double Bytes, double Disk, double PeakDisk)
{
    /// <summary>In their order; each starts when one of the jobs is free.</summary>
    public static ExperimentDraw Of(IReadOnlyList<RunDraw> runs, int jobs)
    {
        double[] free = new double[jobs];
        List<(double At, double Bytes)> changes = [];
        foreach (RunDraw run in runs)
        {
            int job = Array.IndexOf(free, free.Min());
            foreach ((double seconds, double bytes) in run.Rounds)
            {
                changes.Add((free[job], bytes));
                free[job] += seconds;
                changes.Add((free[job], -bytes));
            }
        }

        // What ends goes before what begins.
        double held = 0;
        double most = 0;
        foreach ((_, double bytes) in changes.Order())
        {
            held += bytes;
            most = Math.Max(most, held);
        }

        double disk = runs.Sum(run => run.Disk);
        return new ExperimentDraw(free.Max(), most, disk, disk + runs.Select(run => run.TransientDisk).OrderDescending().Take(jobs).Sum());
    }
}
