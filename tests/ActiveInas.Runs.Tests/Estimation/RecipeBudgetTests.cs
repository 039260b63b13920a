using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Estimation;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Estimation;

public class RecipeBudgetTests
{
    private static readonly RunConfiguration s_run = new() { Recipe = Recipes.Standard };
    private static readonly StageSeconds s_predicted = new(Search: 3000, Train: 4000, Test: 100, Query: 500);

    [Fact]
    public void A_run_that_fits_is_left_alone()
    {
        FittedRun fitted = RecipeBudget.Fit(s_run, 3, s_predicted);
        Assert.Equal(s_run, fitted.Configuration);
        Assert.Equal(1, fitted.Share);
        Assert.Equal(7600 / 3600.0, fitted.Hours, 1e-9);
        Assert.Contains("nothing is left out", fitted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_run_gets_shorter_trainings_and_says_so()
    {
        // An hour less the passes leaves 3000 of 7000 seconds.
        FittedRun fitted = RecipeBudget.Fit(s_run, 1, s_predicted);
        Recipe recipe = fitted.Configuration.Recipe;
        Assert.Equal(3.0 / 7, fitted.Share, 1e-9);
        Assert.Equal(1, fitted.Hours, 1e-9);
        Assert.Equal(643, recipe.Training.MinimumSteps);
        Assert.Equal(171, recipe.Candidate.MinimumSteps);
        Assert.Equal(Recipes.Standard.Training.Epochs * 3 / 7, recipe.Training.Epochs, 1e-9);
        Assert.Contains("643 steps instead of 1500", fitted.Message, StringComparison.Ordinal);
        Assert.Contains("2.1 hours", fitted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Drops_of_the_learning_rate_move_with_the_epochs()
    {
        Recipe recipe = RecipeBudget.Fit(s_run with { Recipe = Recipes.Paper }, 1, s_predicted).Configuration.Recipe;
        Assert.Equal(101 * 3.0 / 7, recipe.Training.Schedule.Drops[0].Epoch, 1e-9);
        Assert.Equal(Recipes.Paper.Training.Epochs * 3 / 7, recipe.Training.Epochs, 1e-9);
    }

    [Fact]
    public void What_cannot_fit_is_refused_with_what_it_would_take()
    {
        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => RecipeBudget.Fit(s_run, 0.2, s_predicted));
        Assert.Contains("0.20 hours are too few", exception.Message, StringComparison.Ordinal);
        Assert.Contains("0.36", exception.Message, StringComparison.Ordinal);
    }
}
