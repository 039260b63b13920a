using ActiveInas.Architectures;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public class LearningRateScheduleTests
{
    [Fact]
    public void Paper_trains_101_50_and_49_epochs_of_390_steps()
    {
        LearningRateSchedule schedule = LearningRateSchedule.For(Recipes.Paper, Recipes.Paper.Training, 2_000, new Architecture(1, 1));
        Assert.Equal(78_000, schedule.Steps);
        Assert.Equal(200, schedule.Epochs);
        Dictionary<double, long> steps = [];
        for (long step = 0; step < schedule.Steps; step++)
        {
            double rate = schedule.Rate(step);
            steps[rate] = steps.GetValueOrDefault(rate) + 1;
        }

        Assert.Equal(new Dictionary<double, long> { [0.1] = 101 * 390, [0.01] = 50 * 390, [0.001] = 49 * 390 }, steps);
        Assert.Equal(0.1, schedule.Rate((101 * 390) - 1));
        Assert.Equal(0.01, schedule.Rate(101 * 390));
        Assert.Equal(0.001, schedule.Rate(151 * 390));
        Assert.Equal(Enumerable.Range(1, 200).Select(e => e * 390L), Enumerable.Range(1, 200).Select(schedule.EpochEnd));
    }

    [Fact]
    public void Papers_candidates_train_50_epochs_at_a_tenth()
    {
        LearningRateSchedule schedule = LearningRateSchedule.For(Recipes.Paper, Recipes.Paper.Candidate, 1_600, new Architecture(1, 1));
        Assert.Equal(50 * 390, schedule.Steps);
        Assert.Equal(0.1, schedule.Rate(0));
        Assert.Equal(0.1, schedule.Rate(schedule.Steps - 1));
    }

    [Theory]
    [InlineData(2_000, 32)]
    [InlineData(2_048, 32)]
    [InlineData(2_049, 33)]
    public void Quicks_epoch_is_a_pass_over_the_labels(int samples, int stepsPerEpoch)
        => Assert.Equal(
            Math.Max(Recipes.Quick.Training.MinimumSteps, (long)Recipes.Quick.Training.Epochs * stepsPerEpoch),
            LearningRateSchedule.For(Recipes.Quick, Recipes.Quick.Training, samples, new Architecture(1, 1)).Steps);

    [Fact]
    public void A_minimum_of_steps_stretches_epochs_and_schedule()
    {
        TrainingLength length = new(4, 100, new Schedule(ScheduleKind.Step, 1, 0, [new LearningRateDrop(2, 0.5), new LearningRateDrop(3, 0.25)]));
        LearningRateSchedule schedule = new(length, 1, length.MinimumSteps);
        Assert.Equal(100, schedule.Steps);
        Assert.Equal([25L, 50, 75, 100], Enumerable.Range(1, 4).Select(schedule.EpochEnd));
        Assert.Equal((1.0, 0.5), (schedule.Rate(49), schedule.Rate(50)));
        Assert.Equal((0.5, 0.25), (schedule.Rate(74), schedule.Rate(75)));
    }

    [Fact]
    public void A_fractional_last_epoch_ends_with_the_training()
    {
        LearningRateSchedule schedule = new(new TrainingLength(2.5, 0, new Schedule(ScheduleKind.OneCycle, 1, 0.2, [])), 10, 0);
        Assert.Equal(25, schedule.Steps);
        Assert.Equal(3, schedule.Epochs);
        Assert.Equal([10L, 20, 25], Enumerable.Range(1, 3).Select(schedule.EpochEnd));
        Assert.Equal(1, new LearningRateSchedule(new TrainingLength(0.01, 0, new Schedule(ScheduleKind.OneCycle, 1, 0.2, [])), 10, 0).Steps);
    }

    [Theory]
    [InlineData(ScheduleKind.OneCycle)]
    [InlineData(ScheduleKind.Cosine)]
    public void Warm_up_is_linear_to_the_peak_and_the_end_is_near_zero(ScheduleKind kind)
    {
        LearningRateSchedule schedule = new(new TrainingLength(10, 0, new Schedule(kind, 0.4, 0.2, [])), 10, 0);
        Assert.Equal(0.4 * 0.5 / 20, schedule.Rate(0), 12);
        Assert.Equal(0.4 * 19.5 / 20, schedule.Rate(19), 12);
        for (int step = 1; step < 100; step++)
        {
            Assert.True(step < 20 ? schedule.Rate(step) > schedule.Rate(step - 1) : step == 20 || schedule.Rate(step) < schedule.Rate(step - 1), $"step {step}");
            Assert.InRange(schedule.Rate(step), 0, 0.4);
        }

        // Half of the way down both shapes are at half of the peak.
        Assert.Equal(0.2, (schedule.Rate(59) + schedule.Rate(60)) / 2, 12);
        double expected = kind == ScheduleKind.OneCycle ? 0.4 * 0.5 / 80 : 0.2 * (1 - Math.Cos(Math.PI * 0.5 / 80));
        Assert.Equal(expected, schedule.Rate(99), 12);
    }

    [Theory]
    [InlineData(1, 1, 2121)]
    [InlineData(1, 2, 1500)]
    [InlineData(2, 4, 750)]
    [InlineData(12, 5, 750)]
    public void Deeper_networks_need_fewer_steps_where_the_recipe_says_so(int blocks, int stacks, int steps)
    {
        Architecture architecture = new(blocks, stacks);
        Assert.Equal(steps, LearningRateSchedule.For(Recipes.Standard, Recipes.Standard.Training, 100, architecture).Steps);
        Assert.Equal(100, LearningRateSchedule.For(Recipes.Quick, Recipes.Quick.Training, 100, architecture).Steps);
    }
}
