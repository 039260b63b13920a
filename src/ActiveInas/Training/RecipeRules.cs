namespace ActiveInas.Training;

/// <summary>The ranges of a recipe's values.</summary>
internal static class RecipeRules
{
    /// <exception cref="ConfigurationException">Values are out of range; each has a problem that names key, value and range.</exception>
    public static void Check(Recipe recipe, string origin)
    {
        Rule rule = new(origin);
        rule.Require(!string.IsNullOrWhiteSpace(recipe.Name), "name", $"'{recipe.Name}'", "not empty");
        rule.Require(recipe.BatchSize is >= 1 and <= 65536, "batchSize", recipe.BatchSize, "1..65536");
        rule.Require(recipe.StepsPerEpoch is null or >= 1, "stepsPerEpoch", recipe.StepsPerEpoch ?? 0, "at least 1, or null for passes over the labelled set");
        CheckLength(rule, recipe.Training, "training");
        CheckLength(rule, recipe.Candidate, "candidate");
        rule.Require(recipe.Momentum is >= 0 and < 1, "momentum", recipe.Momentum, "in [0, 1)");
        rule.Require(recipe.WeightDecay is >= 0 and < 1, "weightDecay", recipe.WeightDecay, "in [0, 1)");
        rule.Require(recipe.BatchNormEpsilon is > 0 and <= 1, "batchNormEpsilon", recipe.BatchNormEpsilon, "in (0, 1]");
        rule.Require(recipe.BatchNormRunningWeight is > 0 and <= 1, "batchNormRunningWeight", recipe.BatchNormRunningWeight, "in (0, 1]");
        rule.Require(recipe.DropoutRate is >= 0 and < 1, "dropoutRate", recipe.DropoutRate, "in [0, 1)");
        rule.Require(recipe.LabelSmoothing is null or (>= 0 and < 1), "labelSmoothing", recipe.LabelSmoothing ?? 0, "in [0, 1), or null");
        rule.Require(recipe.LogitAdjustment is null or (>= 0 and <= 10), "logitAdjustment", recipe.LogitAdjustment ?? 0, "in [0, 10], or null");
        rule.Require(recipe.AverageShare is null or (> 0 and <= 1), "averageShare", recipe.AverageShare ?? 0, "in (0, 1], or null");
        CheckAugmentation(rule, recipe.Augmentation);
        if (rule.Problems.Count > 0)
        {
            throw new ConfigurationException(rule.Problems);
        }
    }

    private static void CheckAugmentation(Rule rule, AugmentationRecipe recipe)
    {
        rule.Require(recipe.FlipProbability is >= 0 and <= 1, "augmentation.flipProbability", recipe.FlipProbability, "in [0, 1]");
        rule.Require(recipe.ShiftShare is >= 0 and <= 1, "augmentation.shiftShare", recipe.ShiftShare, "in [0, 1]");
        rule.Require(recipe.ShiftPixels is >= 0 and <= 4096, "augmentation.shiftPixels", recipe.ShiftPixels, "0..4096");
        rule.Require(recipe.RotationDegrees is >= 0 and <= 180, "augmentation.rotationDegrees", recipe.RotationDegrees, "in [0, 180]");
        rule.Require(recipe.CropArea is null or (> 0 and <= 1), "augmentation.cropArea", recipe.CropArea ?? 0, "in (0, 1], or null");
        rule.Require(recipe.Operations is null or (>= 0 and <= 16), "augmentation.operations", recipe.Operations ?? 0, "0..16, or null");
        rule.Require(recipe.Magnitude is null or (>= 0 and <= 1), "augmentation.magnitude", recipe.Magnitude ?? 0, "in [0, 1], or null");
        rule.Require(recipe.CutoutShare is null or (>= 0 and <= 1), "augmentation.cutoutShare", recipe.CutoutShare ?? 0, "in [0, 1], or null");
        rule.Require(recipe.LightBlocks is null or >= 1, "augmentation.lightBlocks", recipe.LightBlocks ?? 0, "at least 1, or null");
    }

    private static void CheckLength(Rule rule, TrainingLength length, string name)
    {
        rule.Require(length.Epochs is > 0 and <= 1e6, name + ".epochs", length.Epochs, "in (0, 1e6]");
        rule.Require(length.MinimumSteps >= 0, name + ".minimumSteps", length.MinimumSteps, "at least 0");
        rule.Require(length.MinimumBlocks is null or >= 1, name + ".minimumBlocks", length.MinimumBlocks ?? 0, "at least 1, or null");
        Schedule schedule = length.Schedule;
        rule.Require(schedule.Peak is > 0 and <= 1000, name + ".schedule.peak", schedule.Peak, "in (0, 1000]");
        rule.Require(schedule.WarmupShare is >= 0 and < 1, name + ".schedule.warmupShare", schedule.WarmupShare, "in [0, 1)");
        double before = 0;
        foreach (LearningRateDrop drop in schedule.Drops)
        {
            rule.Require(drop.Epoch > before, name + ".schedule.drops", drop.Epoch, "epochs above 0 in rising order");
            rule.Require(drop.Rate is >= 0 and <= 1000, name + ".schedule.drops", drop.Rate, "rates in [0, 1000]");
            before = drop.Epoch;
        }

        rule.Require(
            schedule.Kind == ScheduleKind.Step || schedule.Drops.Count == 0, name + ".schedule.drops", schedule.Drops.Count, "empty unless kind is step");
    }

    private sealed class Rule(string origin)
    {
        public List<ConfigurationProblem> Problems { get; } = [];

        public void Require(bool holds, string key, object value, string wanted)
        {
            if (!holds)
            {
                Problems.Add(new ConfigurationProblem($"{origin}: '{key}' is {value}; it must be {wanted}."));
            }
        }
    }
}
