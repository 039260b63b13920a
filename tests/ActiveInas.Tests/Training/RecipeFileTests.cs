using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public sealed class RecipeFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("paper")]
    [InlineData("quick")]
    [InlineData("standard")]
    public void A_recipe_survives_a_file(string name)
    {
        Recipe recipe = Recipes.Resolve(name);
        RecipeFile.Write(_path, recipe);
        Recipe read = Recipes.Resolve(_path);
        Assert.Equal(RecipeFile.ToJson(recipe), RecipeFile.ToJson(read));
        Assert.Equal(recipe.Training.Schedule.Drops, read.Training.Schedule.Drops);
        Assert.Equal(recipe with { Training = read.Training, Candidate = read.Candidate }, read);
    }

    [Fact]
    public void The_papers_numbers()
    {
        Recipe paper = Recipes.Paper;
        Assert.Equal((128, 390, 0.9, 1e-3, 1e-3, 0.01), (paper.BatchSize, paper.StepsPerEpoch, paper.Momentum, paper.WeightDecay, paper.BatchNormEpsilon, paper.BatchNormRunningWeight));
        Assert.Equal(CandidateScore.BestEpoch, paper.CandidateScore);
        Assert.Equal(SamplingKind.Shuffle, paper.Sampling);
        Assert.False(paper.DropoutInTraining);
        Assert.Equal(0.5, paper.DropoutRate);
        Assert.Equal(new AugmentationRecipe(0.5, 0.1, 0, 15), paper.Augmentation);
    }

    [Fact]
    public void Quick_does_not_mirror_digits_and_paper_does()
    {
        Assert.Equal(0, Recipes.ForData(Recipes.Quick, mirrorSafe: false).Augmentation.FlipProbability);
        Assert.Equal(Recipes.Quick, Recipes.ForData(Recipes.Quick, mirrorSafe: true));
        Assert.Equal(Recipes.Paper, Recipes.ForData(Recipes.Paper, mirrorSafe: false));
    }

    [Fact]
    public void A_file_may_give_only_what_differs_from_its_base()
    {
        Recipe recipe = RecipeFile.Parse("""{ "basedOn": "paper", "name": "short", "training": { "epochs": 2.5, "schedule": { "drops": [] } } }""", "f.json");
        Assert.Equal("short", recipe.Name);
        Assert.Equal(2.5, recipe.Training.Epochs);
        Assert.Empty(recipe.Training.Schedule.Drops);
        Assert.Equal(Recipes.Paper.Candidate.Epochs, recipe.Candidate.Epochs);
        Assert.Equal(390, recipe.StepsPerEpoch);
    }

    /// <summary>A recipe written before there was a choice compares 0-1 errors: alone, in a recorded configuration, and in an experiment's cell.</summary>
    [Fact]
    public void A_whole_recipe_of_an_earlier_version_means_what_it_meant()
    {
        Assert.Equal((CandidateMetric.Accuracy, CandidateMetric.Auto), (Recipes.Paper.CandidateMetric, Recipes.Quick.CandidateMetric));
        JsonObject quick = JsonNode.Parse(RecipeFile.ToJson(Recipes.Quick))!.AsObject();
        Assert.True(quick.Remove("candidateMetric"));
        Recipe earlier = Recipes.Quick with { CandidateMetric = CandidateMetric.Accuracy };
        Assert.Equal(RecipeFile.ToJson(earlier), RecipeFile.ToJson(RecipeFile.Parse(quick.ToJsonString(), "earlier.json")));
    }

    [Theory]
    [InlineData("recipe.candidateMetric=balanced")]
    [InlineData("recipe.training.epochs=10")]
    [InlineData("recipe.augmentation.flipProbability=0")]
    [InlineData("recipe.stepsPerEpoch=null")]
    [InlineData("recipe.candidateScore=bestEpoch")]
    [InlineData("recipe.name=mine")]
    [InlineData("recipe.dropoutInTraining=true")]
    [InlineData("recipe.training.schedule.kind=cosine")]
    [InlineData("recipe.candidate.minimumSteps=7")]
    public void A_setting_changes_its_key_only(string assignment)
    {
        Recipe changed = RecipeFile.Set(Recipes.Quick, assignment);
        string[] key = assignment["recipe.".Length..assignment.IndexOf('=', StringComparison.Ordinal)].Split('.');
        string value = assignment[(assignment.IndexOf('=', StringComparison.Ordinal) + 1)..];
        System.Text.Json.Nodes.JsonNode? node = System.Text.Json.Nodes.JsonNode.Parse(RecipeFile.ToJson(changed));
        foreach (string part in key)
        {
            node = node![part];
        }

        Assert.Equal(value, node?.ToString() ?? "null");
        int different = RecipeFile.ToJson(changed).Split('\n').Zip(RecipeFile.ToJson(Recipes.Quick).Split('\n')).Count(pair => pair.First != pair.Second);
        Assert.Equal(assignment == "recipe.stepsPerEpoch=null" ? 0 : 1, different);
    }

    [Fact]
    public void Drops_are_set_as_json()
    {
        Recipe recipe = RecipeFile.Set(RecipeFile.Set(Recipes.Quick, "recipe.training.schedule.kind=step"), """recipe.training.schedule.drops=[{"epoch":5,"rate":0.01}]""");
        Assert.Equal([new LearningRateDrop(5, 0.01)], recipe.Training.Schedule.Drops);
    }

    [Theory]
    [InlineData("recipe.trainig.epochs=10", "no key 'trainig'; the closest is 'training'")]
    [InlineData("recipe.training.Epochs=10", "no key 'training.Epochs'; the closest is 'training.epochs'")]
    [InlineData("recipe.augmentation.flip=1", "the closest is 'augmentation.flipProbability'")]
    [InlineData("recipe.training.epochs=ten", "'training.epochs' does not fit")]
    [InlineData("recipe.training.epochs=\"10\"", "'training.epochs' does not fit")]
    [InlineData("recipe.training.epochs=null", "'training.epochs' does not fit")]
    [InlineData("recipe.name=null", "'name' does not fit")]
    [InlineData("recipe.training.epochs=0", "'training.epochs' is 0; it must be in (0, 1e6]")]
    [InlineData("recipe.training=10", "'training' is 10; it is a group of keys")]
    [InlineData("recipe.momentum.x=1", "'momentum' is one value")]
    [InlineData("recipe.momentum=1", "'momentum' is 1; it must be in [0, 1)")]
    [InlineData("recipe.momentum=1e999", "momentum")]
    [InlineData("recipe.batchSize=0", "'batchSize' is 0")]
    [InlineData("recipe.batchSize=1.5", "'batchSize' does not fit")]
    [InlineData("recipe.training.schedule.kind=steps", "'training.schedule.kind' does not fit")]
    [InlineData("recipe.candidateMetric=f1", "'candidateMetric' does not fit")]
    [InlineData("recipe.training.schedule.kind=0", "'training.schedule.kind' does not fit")]
    [InlineData("recipe.training.schedule.drops=[{\"epoch\":5,\"rate\":0.1}]", "empty unless kind is step")]
    [InlineData("recipe.candidate.schedule.peak=-1", "'candidate.schedule.peak' is -1")]
    [InlineData("training.epochs=10", "is not a setting")]
    [InlineData("recipe.training.epochs", "is not a setting")]
    [InlineData("recipe.=1", "is not a setting")]
    public void Wrong_settings_name_key_and_value(string assignment, string problem)
    {
        ConfigurationException failure = Assert.Throws<ConfigurationException>(() => RecipeFile.Set(Recipes.Quick, assignment));
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.Contains(assignment, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{", "is not JSON")]
    [InlineData("{\"basedOn\":\"fast\"}", "basedOn is \"fast\"; it must be paper, standard, quick or demo")]
    [InlineData("{\"name\":\"x\"}", "'batchSize' is missing")]
    [InlineData("{\"basedOn\":\"quick\",\"epochs\":3}", "no key 'epochs'")]
    [InlineData("{\"basedOn\":\"quick\",\"name\":\"a\",\"name\":\"b\"}", "is not JSON")]
    [InlineData("{\"basedOn\":\"quick\",\"training\":null}", "'training' is null")]
    [InlineData("{\"basedOn\":\"quick\",\"training\":{\"schedule\":{\"kind\":\"step\",\"drops\":[{\"epoch\":2,\"rate\":1},{\"epoch\":1,\"rate\":1}]}}}", "rising order")]
    public void Wrong_files_name_the_file_and_the_problem(string json, string problem)
    {
        File.WriteAllText(_path, json);
        ConfigurationException failure = Assert.Throws<ConfigurationException>(() => RecipeFile.Read(_path));
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_recipe_names_the_known_ones()
        => Assert.Contains("paper, standard, quick or demo", Assert.Throws<ConfigurationException>(() => Recipes.Resolve("slow")).Message, StringComparison.Ordinal);

    [Fact]
    public void Small_networks_get_lighter_images()
    {
        AugmentationRecipe strong = Recipes.Standard.Augmentation;
        AugmentationRecipe light = strong with { CropArea = 0.5, Operations = 1, CutoutShare = null };

        Assert.Equal([light, light, light, strong, strong], new Architecture[] { new(1, 1), new(1, 2), new(2, 1), new(1, 3), new(2, 4) }.Select(strong.For));
        Assert.Equal(Recipes.Quick.Augmentation, Recipes.Quick.Augmentation.For(new Architecture(1, 1)));
        Assert.Contains("augmentation.lightBlocks", Assert.Throws<ConfigurationException>(() => RecipeFile.Set(Recipes.Standard, "recipe.augmentation.lightBlocks=0")).Message, StringComparison.Ordinal);
    }
}
