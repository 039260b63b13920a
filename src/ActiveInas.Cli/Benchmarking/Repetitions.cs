using System.Diagnostics;

namespace ActiveInas.Cli.Benchmarking;

/// <summary>Times something that is done again and again.</summary>
internal static class Repetitions
{
    private const double WarmUpShare = 0.25;

    /// <summary>Median seconds of a call, after warm-up calls that take a quarter of the time as well.</summary>
    /// <param name="action">What is timed.</param>
    /// <param name="seconds">How long to repeat it.</param>
    /// <param name="warmUps">Fewest calls before the measurement.</param>
    /// <param name="minimum">Fewest measured calls.</param>
    public static double Median(Action action, double seconds, int warmUps, int minimum)
    {
        Repeat(action, seconds * WarmUpShare, warmUps);
        List<double> times = Repeat(action, seconds, minimum);
        times.Sort();
        int middle = times.Count / 2;
        return times.Count % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
    }

    /// <summary>Seconds of each call.</summary>
    public static List<double> Repeat(Action action, double seconds, int minimum)
    {
        List<double> times = [];
        long begin = Stopwatch.GetTimestamp();
        while (times.Count < minimum || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return times;
    }
}
