using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Experiments;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Configuration;

public sealed class EarlierRecipeTests
{
    /// <summary>A recipe written before there was a choice compares 0-1 errors: in a recorded configuration, and in an experiment's cell.</summary>
    [Fact]
    public void A_whole_recipe_of_an_earlier_version_means_what_it_meant()
    {
        JsonObject quick = JsonNode.Parse(RecipeFile.ToJson(Recipes.Quick))!.AsObject();
        Assert.True(quick.Remove("candidateMetric"));
        Recipe earlier = Recipes.Quick with { CandidateMetric = CandidateMetric.Accuracy };
        JsonObject recorded = JsonNode.Parse(new RunConfiguration().ToJson())!.AsObject();
        recorded["recipe"] = quick.DeepClone();
        RunConfiguration resumed = RunConfiguration.FromJson(recorded.ToJsonString(), "config.json");
        Assert.Equal(CandidateMetric.Accuracy, resumed.Recipe.CandidateMetric);
        Assert.Equal(RunConfiguration.FromJson(resumed.ToJson(), "config.json").Recipe.CandidateMetric, resumed.Recipe.CandidateMetric);

        // What a person changes lies over the defaults of today.
        Assert.Equal(CandidateMetric.Auto, RunConfiguration.FromJson("""{ "recipe": { "batchSize": 32 } }""", "mine.json").Recipe.CandidateMetric);
        Assert.NotEqual(CellId.Of(new RunConfiguration()), CellId.Of(new RunConfiguration { Recipe = earlier }));
    }

    /// <summary>The id that version 0.1.0 gave before the key existed.</summary>
    [Fact]
    public void The_ids_of_cells_of_an_earlier_version_stay()
    {
        const string File = """
            { "title": "t", "run": { "data": "shapes", "initial": 12, "batch": "6", "budget": 24, "recipe": "paper" }, "seeds": [1], "grids": [ { "query": ["random"] } ] }
            """;
        Assert.Equal("b58fe8092142", Assert.Single(ExperimentFile.Parse(File, "t.json").Cells).Id);
    }
}
