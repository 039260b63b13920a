using System.Collections;
using System.Text.Json.Nodes;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Configuration;

public sealed class RunConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_defaults_are_valid() => Assert.Equal("shapes", new RunConfiguration().RequireValid().Data);

    [Fact]
    public void A_configuration_comes_back_from_its_json_to_the_bit()
    {
        RunConfiguration configuration = new RunConfiguration
        {
            Data = "cifar10",
            DataDirectory = "/data \"1\"",
            ImageSize = 24,
            Classes = ["a,b", "ü"],
            ValidationShare = 0.1 + 0.2,
            Batch = QuerySchedule.Paper,
            Seed = ulong.MaxValue,
            Out = "x",
            UseAllTraining = true,
            Kernels = "winograd-avx512-bf16",
        };
        configuration = configuration with { Recipe = RecipeLayer.Set(configuration.Recipe, "weightDecay", "0.30000000000000004", "test") };
        string json = configuration.ToJson();
        Assert.Equal(json, RunConfiguration.FromJson(json, "test").ToJson());
        Assert.Equal(configuration.ValidationShare, RunConfiguration.FromJson(json, "test").ValidationShare);
        Assert.Equal(["a,b", "ü"], RunConfiguration.FromJson(json, "test").Classes);
        Assert.Equal(0.30000000000000004, RunConfiguration.FromJson(json, "test").Recipe.WeightDecay);
    }

    [Fact]
    public void Every_setting_has_a_json_key_of_its_own()
    {
        JsonObject json = JsonNode.Parse(new RunConfiguration().ToJson())!.AsObject();
        Assert.All(Settings.All, setting => Assert.True(json.ContainsKey(setting.Key)));
        Assert.Equal(Settings.All.Count + 2, json.Count);
    }

    [Fact]
    public void Later_layers_win_defaults_then_file_then_environment_then_options()
    {
        string file = _folder["config.json"];
        File.WriteAllText(file, """{ "seed": 2, "budget": 2000, "initial": 300, "recipe": { "batchSize": 32 } }""");
        ConfigurationBuilder builder = new ConfigurationBuilder()
            .AddFile(file)
            .AddEnvironment(new Hashtable { ["AINAS__Seed"] = "3", ["ainas__BUDGET"] = "3000", ["AINAS__RECIPE__BATCHSIZE"] = "64", ["PATH"] = "x" });
        Assert.True(builder.TryAddOption(Settings.All.Single(setting => setting.Key == "seed"), "4", out _));
        builder.AddAssignment("recipe.training.epochs=7");

        RunConfiguration result = builder.Resolve();
        Assert.Equal(4ul, result.Seed);
        Assert.Equal(3000, result.Budget);
        Assert.Equal(300, result.Initial);
        Assert.Equal(64, result.Recipe.BatchSize);
        Assert.Equal(7, result.Recipe.Training.Epochs);
        Assert.Equal(new RunConfiguration().Batch, result.Batch);
    }

    [Fact]
    public void A_recipe_named_in_the_environment_comes_before_its_changed_parts()
    {
        RunConfiguration result = new ConfigurationBuilder()
            .AddEnvironment(new Hashtable { ["AINAS__Recipe__BatchSize"] = "64", ["AINAS__Recipe"] = "paper" }).Resolve();
        Assert.Equal("paper", result.Recipe.Name);
        Assert.Equal(64, result.Recipe.BatchSize);
    }

    [Theory]
    [InlineData("""{ "bugdet": 5 }""", "'bugdet'", "'budget'")]
    [InlineData("""{ "budget": "many" }""", "'many'", "a whole number")]
    [InlineData("""{ "budget": 1.5 }""", "1.5", "a whole number")]
    [InlineData("""{ "query": null }""", "null", "a text")]
    [InlineData("""{ "query": 3 }""", "3", "a text")]
    [InlineData("""{ "seed": -1 }""", "-1", "a whole number from 0")]
    [InlineData("""{ "useAllTraining": "perhaps" }""", "'perhaps'", "true or false")]
    [InlineData("""{ "recipe": { "bachSize": 5 } }""", "bachSize", "batchSize")]
    [InlineData("""{ "recipe": 5 }""", "recipe", "a name, a file")]
    [InlineData("""[1]""", "test.json", "JSON object")]
    [InlineData("""{ "seed": """, "test.json", "no valid JSON")]
    public void A_wrong_key_or_value_in_a_file_is_named_with_what_is_wanted(string json, string found, string wanted)
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => new ConfigurationBuilder().AddJson(json, "test.json").Resolve());
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains(wanted, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AINAS__Bugdet", "5", "Bugdet")]
    [InlineData("AINAS__Budget", "x", "AINAS__Budget")]
    [InlineData("AINAS__Recipe__Nothing", "5", "AINAS__Recipe__Nothing")]
    public void A_wrong_variable_is_named(string name, string value, string named)
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(
            () => new ConfigurationBuilder().AddEnvironment(new Hashtable { [name] = value }).Resolve());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data=nothere", "nothere")]
    [InlineData("data=shaeps", "Did you mean shapes?")]
    [InlineData("query=softmax", "softmax-response")]
    [InlineData("architecture=A(13,1)", "A(13,1)")]
    [InlineData("architecture=resnet", "'resnet'")]
    [InlineData("start=A(1,6)", "A(1,6)")]
    [InlineData("space=none", "'none'")]
    [InlineData("batch=0", "0")]
    [InlineData("batch=5:10", "5:10")]
    [InlineData("budget=149", "`budget` 149")]
    [InlineData("initial=0", "`initial` 0")]
    [InlineData("searchSteps=0", "`searchSteps` 0")]
    [InlineData("mcPasses=0", "`mcPasses` 0")]
    [InlineData("validationShare=1", "`validationShare` 1")]
    [InlineData("validationShare=NaN", "`validationShare` NaN")]
    [InlineData("threads=-1", "`threads` -1")]
    [InlineData("imageSize=3", "`imageSize` 3")]
    [InlineData("oracle=me", "'me'")]
    [InlineData("oracle=file", "`labels=FILE`")]
    public void A_value_that_cannot_work_is_refused_by_name(string assignment, string named)
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => new ConfigurationBuilder().AddAssignment(assignment).ResolveValid());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        const string Json = """
            { "bugdet": 5, "seed": "x", "initial": 0, "batch": "5:10", "query": "softmax", "recipe": { "bachSize": 5, "momentum": 2 }, "imageSize": 3 }
            """;
        ConfigurationBuilder builder = new ConfigurationBuilder().AddJson(Json, "test.json");

        string[] told = [.. Assert.Throws<ConfigurationException>(() => builder.ResolveValid()).Problems.Select(problem => problem.Message)];

        string[] wanted = ["'bugdet'", "seed is 'x'", "'5:10'", "'bachSize'", "'momentum' is 2", "'softmax'", "`initial` 0", "`imageSize` 3"];
        Assert.Equal(wanted.Length, told.Length);
        Assert.All(wanted.Zip(told), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void What_could_not_be_read_is_not_blamed_on_what_stands_beside_it()
    {
        ConfigurationBuilder builder = new ConfigurationBuilder().AddJson("""{ "initial": "many", "budget": 50 }""", "test.json");

        // Read, the default of 300 initial labels would be above the budget.
        Assert.Equal(["initial"], Assert.Single(Assert.Throws<ConfigurationException>(() => builder.ResolveValid()).Problems).Settings);
    }

    [Theory]
    [InlineData("architecture", "\"search\"")]
    [InlineData("architecture", "\"A(2,4)\"")]
    [InlineData("batch", "\"2000:10000,5000\"")]
    [InlineData("simulate", "\"imbalance=10,noise=0.1\"")]
    [InlineData("stopPlateau", "\"0.01:5\"")]
    [InlineData("stopKappa", "\"0.99\"")]
    [InlineData("mirror", "\"off\"")]
    [InlineData("validationPart", "\"pool\"")]
    [InlineData("oracle", "\"file\"")]
    public void A_typed_value_is_written_as_it_is_read(string key, string value)
    {
        RunConfiguration configuration = RunConfiguration.FromJson($"{{ \"{key}\": {value} }}", "test");

        Assert.Equal(value, JsonNode.Parse(configuration.ToJson())![key]!.ToJsonString());
    }

    [Theory]
    [InlineData("winograd-avx2-bf16", "winograd-avx2-bf16")]
    [InlineData("auto", null)]
    [InlineData("Auto", null)]
    [InlineData("", null)]
    public void Kernels_are_a_name_or_auto(string text, string? kernels)
    {
        Assert.Equal(kernels, new ConfigurationBuilder().AddAssignment($"kernels={text}").Resolve().Kernels);
        Assert.Equal(kernels, new ConfigurationBuilder().AddJson($$"""{ "kernels": "{{text}}" }""", "test").Resolve().Kernels);
        Assert.Null(new ConfigurationBuilder().AddJson("""{ "kernels": null }""", "test").Resolve().Kernels);
    }

    [Fact]
    public void An_assignment_needs_a_key_and_a_value()
    {
        Assert.Throws<ConfigurationException>(() => new ConfigurationBuilder().AddAssignment("seed"));
        Assert.Throws<ConfigurationException>(() => new ConfigurationBuilder().AddAssignment("=1"));
        Assert.Equal("paper", new ConfigurationBuilder().AddAssignment("recipe=paper").Resolve().Recipe.Name);
    }

    [Fact]
    public void Paths_become_full_and_names_stay()
    {
        RunConfiguration named = new RunConfiguration { Data = "mnist", Labels = "labels.csv" }.WithFullPaths();
        Assert.Equal("mnist", named.Data);
        Assert.Equal(Path.GetFullPath("labels.csv"), named.Labels);
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder.Path);
        Assert.Equal(_folder.Path, new RunConfiguration { Data = relative }.WithFullPaths().Data);
    }

    [Theory]
    [InlineData("shapes", "demo")]
    [InlineData("mnist", "standard")]
    [InlineData("photos", "standard")]
    public void The_recipe_suits_the_data_where_none_is_named(string data, string recipe)
        => Assert.Equal(recipe, new RunConfiguration { Data = data }.Recipe.Name);

    [Fact]
    public void Changes_of_a_recipe_change_the_one_that_suits_the_data_whichever_comes_first()
    {
        RunConfiguration first = new ConfigurationBuilder().AddJson("""{ "recipe": { "batchSize": 32 }, "data": "photos" }""", "test").Resolve();
        RunConfiguration second = new ConfigurationBuilder().AddJson("""{ "data": "photos", "recipe.batchSize": 32 }""", "test").Resolve();
        Assert.Equal(RecipeFile.ToJson(Recipes.Standard with { BatchSize = 32 }), RecipeFile.ToJson(first.Recipe));
        Assert.Equal(RecipeFile.ToJson(first.Recipe), RecipeFile.ToJson(second.Recipe));
        RunConfiguration named = new ConfigurationBuilder().AddRecipe("paper").AddJson("""{ "data": "photos" }""", "test").Resolve();
        Assert.Equal("paper", named.Recipe.Name);
    }

    [Fact]
    public void A_configuration_of_an_earlier_version_keeps_its_recipe()
    {
        // What was written before recipes could crop, smooth and average: every key of then, none of the new ones.
        JsonObject json = JsonNode.Parse(new RunConfiguration { Data = "photos", Recipe = Recipes.Quick }.ToJson())!.AsObject();
        JsonObject recipe = json["recipe"]!.AsObject();
        foreach (JsonObject level in new[] { recipe, recipe["augmentation"]!.AsObject(), recipe["training"]!.AsObject(), recipe["candidate"]!.AsObject() })
        {
            foreach (string key in level.Where(pair => pair.Value is null && pair.Key != "stepsPerEpoch").Select(pair => pair.Key).ToArray())
            {
                level.Remove(key);
            }
        }

        Assert.False(recipe.ContainsKey("labelSmoothing"));
        Assert.Equal(RecipeFile.ToJson(Recipes.Quick), RecipeFile.ToJson(RunConfiguration.FromJson(json.ToJsonString(), "test").Recipe));
    }
}
