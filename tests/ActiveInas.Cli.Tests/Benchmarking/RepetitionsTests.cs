using ActiveInas.Cli.Benchmarking;
using ActiveInas.Runs;

namespace ActiveInas.Cli.Tests.Benchmarking;

public class RepetitionsTests
{
    [Fact]
    public void The_fewest_calls_are_made_even_when_the_time_is_over()
    {
        int calls = 0;
        Repetitions.Median(() => calls++, 1e-9, warmUps: 2, minimum: 5);
        Assert.Equal(7, calls);
    }

    [Fact]
    public void A_call_that_is_slow_once_does_not_move_the_median()
    {
        int calls = 0;
        double median = Repetitions.Median(() => Thread.Sleep(++calls == 3 ? 400 : 0), 1e-9, warmUps: 1, minimum: 5);
        Assert.InRange(median, 0, 0.1);
    }

    [SkippableFact]
    public void The_peak_of_the_memory_is_at_least_what_is_resident()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells resident memory in /proc.");
        long peak = ProcessMemory.Peak!.Value;
        Assert.InRange(ProcessMemory.Resident!.Value, 1_000_000, Math.Max(peak, ProcessMemory.Peak!.Value));
        Skip.IfNot(ProcessMemory.TryResetPeak(), "This system does not let a process reset its peak.");
        Assert.InRange(ProcessMemory.Peak!.Value, 1_000_000, long.MaxValue);
    }
}
