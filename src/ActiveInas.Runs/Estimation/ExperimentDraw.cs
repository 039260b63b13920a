namespace ActiveInas.Runs.Estimation;

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
        foreach (RunDraw run in runs)
        {
            free[Array.IndexOf(free, free.Min())] += run.Seconds.Total;
        }

        // Which runs meet hangs on seconds; the largest may.
        double AtATime(Func<RunDraw, double> bytes) => runs.Select(bytes).OrderDescending().Take(jobs).Sum();
        double disk = runs.Sum(run => run.Disk);
        return new ExperimentDraw(free.Max(), AtATime(run => run.Bytes), disk, disk + AtATime(run => run.TransientDisk));
    }
}
