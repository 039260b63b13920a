using ActiveInas.Learning;

namespace ActiveInas.Tests.Learning;

public sealed class LearningCurveTests
{
    private static readonly CurvePoint[] s_passive = [new(100, 0.6), new(200, 0.4), new(400, 0.3)];
    private static readonly CurvePoint[] s_active = [new(100, 0.6), new(200, 0.3), new(400, 0.1)];

    [Fact]
    public void The_area_is_a_mean_error_over_the_labels()
    {
        // 100 * 0.5 + 200 * 0.35 = 120 over 300.
        Assert.Equal(0.4, LearningCurve.Auc(s_passive)!.Value, 1e-12);
        Assert.Null(LearningCurve.Auc(s_passive[..1]));
        Assert.Null(LearningCurve.Auc([]));
        Assert.Null(LearningCurve.Auc([new(5, 0.2), new(5, 0.1)]));
    }

    [Fact]
    public void The_gain_by_hand()
    {
        // At 200: (50 - 45) / 50. At 400: (120 - 85) / 120.
        Assert.Equal(0.1, LearningCurve.AucGain(s_passive, s_active, 200)!.Value, 1e-12);
        Assert.Equal(35.0 / 120, LearningCurve.AucGain(s_passive, s_active, 400)!.Value, 1e-12);
        Assert.Null(LearningCurve.AucGain(s_passive, s_active, 100));
        Assert.Equal(0, LearningCurve.AucGain(s_passive, s_passive, 400));
    }

    [Fact]
    public void The_gain_over_a_perfect_passive_learner_is_undefined()
        => Assert.Null(LearningCurve.AucGain([new(1, 0), new(2, 0)], [new(1, 0), new(2, 0)], 2));

    [Fact]
    public void Other_grids_and_points_off_the_grid_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LearningCurve.AucGain(s_passive, [new(100, 0.6), new(250, 0.3)], 200));
        Assert.Throws<ArgumentException>(() => LearningCurve.AucGain(s_passive, s_active, 300));
        Assert.Throws<ArgumentException>(() => LearningCurve.AucGain([], [], 300));
        Assert.Throws<ArgumentException>(() => LearningCurve.Auc([new(1, 0.5), new(5, 0.4), new(3, 0.3)]));
    }
}
