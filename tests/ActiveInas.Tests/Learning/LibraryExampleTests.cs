using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Tests.Learning;

/// <summary>The README's loop, on tiny images.</summary>
public class LibraryExampleTests
{
    [Fact]
    public async Task The_loop_of_the_README_runs()
    {
        Dataset data = await DataSources.LoadAsync(new DataRequest("shapes", ImageSize: 8));
        Recipe recipe = Recipes.Quick with
        {
            BatchSize = 8,
            Training = Recipes.Quick.Training with { Epochs = 1, MinimumSteps = 4 },
            Candidate = Recipes.Quick.Candidate with { Epochs = 1, MinimumSteps = 2 },
        };
        (int height, int width, int classes) = (data.Train.Height, data.Train.Width, data.Classes.Count);
        using LocalTrainer trainer = new(data.Train, data.Normalization);
        using TestEvaluator evaluator = new(data.Test);
        InasSearch search = new(new InasOptions(SearchSpace.Default.ForImages(height, width), classes, height, width, recipe, Seed: 1));
        LearnerOptions options = new()
        {
            PoolSize = data.Train.Count,
            Classes = classes,
            Height = height,
            Width = width,
            Recipe = recipe,
            Seed = 1,
            Initial = 30,
            Schedule = QuerySchedule.Parse("20"),
            Budget = 50,
        };
        ActiveLearner learner = new(
            options, search, trainer, trainer, QueryStrategies.Create("softmax-response"), new DatasetOracle(data.Train), evaluator, new MemoryJournal());
        LearningResult result = await learner.RunAsync(CancellationToken.None);
        using IModel? model = result.Model;

        Assert.Equal([30, 50], result.Rounds.Select(round => round.Labels));
        Assert.All(result.Rounds, round => Assert.Equal(data.Test!.Count, round.Test!.Count));
        Assert.NotNull(model);
        Assert.Equal(result.Rounds[^1].Architecture, model.Architecture);
    }
}
