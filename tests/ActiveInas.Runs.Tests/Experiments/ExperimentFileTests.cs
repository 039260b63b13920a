using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Experiments;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Experiments;

public sealed class ExperimentFileTests
{
    private const string Two =
        """
        {
          // A comment, and a trailing comma: fine.
          "title": "Two by two",
          "run": { "data": "shapes", "budget": 300, "recipe": "quick" },
          "seeds": [7, 3],
          "grids": [
            { "query": ["random", "coreset"], "architecture": ["search", "A(1,2)"] },
            { "query": "coreset", "recipe.training.epochs": [5, 20], "seeds": [7] },
          ],
        }
        """;

    [Fact]
    public void Grids_stand_for_all_combinations_seed_by_seed()
    {
        Experiment experiment = Parse(Two);

        Assert.Equal("Two by two", experiment.Title);
        Assert.Equal(["query", "architecture", "recipe.training.epochs"], experiment.Varying);

        // Eight runs of the first grid; of the second, the one with 20 epochs (as in quick) is one of them already.
        Assert.Equal(9, experiment.Cells.Count);
        Assert.Equal(
            [
                "random, search, 20, seed 7", "random, A(1,2), 20, seed 7", "coreset, search, 20, seed 7", "coreset, A(1,2), 20, seed 7", "coreset, search, 5, seed 7",
                "random, search, 20, seed 3", "random, A(1,2), 20, seed 3", "coreset, search, 20, seed 3", "coreset, A(1,2), 20, seed 3",
            ],
            experiment.Cells.Select(cell => cell.Label));
        Assert.All(experiment.Cells, cell => Assert.Equal(300, cell.Configuration.Budget));
    }

    [Fact]
    public void Ids_name_what_is_computed()
    {
        RunConfiguration configuration = new() { Data = "shapes", Initial = 150, Batch = new(150), Recipe = Recipes.Quick };
        string id = CellId.Of(configuration);
        Assert.Equal(12, id.Length);
        Assert.Equal(id, CellId.Of(configuration with { Threads = 3, Out = "elsewhere", DataDirectory = "cache", Kernels = "winograd-avx2-bf16" }));
        Assert.Equal(id, CellId.Of(RunConfiguration.FromJson(configuration.ToJson(), "here")));
        string[] others =
        [
            CellId.Of(configuration with { Seed = 2 }), CellId.Of(configuration with { Budget = 601 }), CellId.Of(configuration with { Simulate = new(Noise: 0.1) }),
            CellId.Of(configuration with { Recipe = configuration.Recipe with { BatchSize = 65 } }),
        ];
        Assert.Equal(5, others.Append(id).Distinct().Count());

        // A promise to folders that exist: the id of what is computed does not change from version to version. The recipe quick compared 0-1 errors
        // when this id was first given.
        Assert.Equal("61bddb3c05e6", CellId.Of(configuration with { Recipe = configuration.Recipe with { CandidateMetric = CandidateMetric.Accuracy } }));
    }

    [Fact]
    public void A_changed_file_keeps_the_ids_of_its_runs()
    {
        string[] before = [.. Parse(Two).Cells.Select(cell => cell.Id)];
        string[] after = [.. Parse(Two.Replace("\"coreset\"]", "\"coreset\", \"badge\"]", StringComparison.Ordinal)).Cells.Select(cell => cell.Id)];
        Assert.Subset(after.ToHashSet(), before.ToHashSet());
        Assert.Equal(13, after.Length);
    }

    [Fact]
    public void Assignments_change_every_run()
    {
        Experiment experiment = ExperimentFile.Parse(Two, "two.json", ["budget=400", "recipe.batchSize=32"]);
        Assert.All(experiment.Cells, cell => Assert.Equal((400, 32), (cell.Configuration.Budget, cell.Configuration.Recipe.BatchSize)));
    }

    [Fact]
    public void The_record_of_an_experiment_reads_back()
    {
        Experiment experiment = Parse(Two);
        Experiment read = Experiment.FromJson(experiment.ToJson(), "experiment.json");
        Assert.Equal(experiment.ToJson(), read.ToJson());
        Assert.Equal(experiment.Cells.Select(cell => cell.Id), read.Cells.Select(cell => CellId.Of(cell.Configuration)));
        Assert.Throws<RunException>(() => Experiment.FromJson("{}", "experiment.json"));
        Assert.Throws<RunException>(() => Experiment.FromJson(experiment.ToJson().Replace("\"schema_version\": 1,\n  \"name\"", "\"schema_version\": 9,\n  \"name\"", StringComparison.Ordinal), "experiment.json"));
    }

    [Fact]
    public void Recipes_of_one_name_are_told_apart_by_what_differs()
    {
        Experiment experiment = Parse(
            """{ "run": { "data": "shapes" }, "grids": [ { "recipe": [ { "training": { "epochs": 5 } }, { "training": { "epochs": 5, "minimumSteps": 7 } }, "demo" ] } ] }""");
        Assert.Equal(["recipe.training.epochs", "recipe.training.minimumSteps"], experiment.Varying);
        Assert.Equal(["5, 300", "5, 7", "20, 300"], experiment.Cells.Select(cell => cell.Method));

        // What the name of the recipe or another setting tells already is not said again.
        Experiment named = Parse("""{ "run": { "data": "shapes" }, "grids": [ { "recipe": ["quick", "paper"] } ] }""");
        Assert.Equal(["recipe"], named.Varying);
        Experiment shared = Parse("""{ "run": { "data": "shapes" }, "grids": [ { "query": "random" }, { "query": "coreset", "recipe.training.epochs": 5 } ] }""");
        Assert.Equal(["random", "coreset"], shared.Cells.Select(cell => cell.Method));
    }

    [Fact]
    public void Keys_of_a_grid_are_written_in_any_case_and_a_recipe_comes_first()
    {
        Experiment experiment = Parse("""{ "run": { "data": "shapes" }, "grids": [ { "Recipe.Training.Epochs": 5, "QUERY": ["random", "badge"], "RECIPE": "paper" } ] }""");
        Assert.Equal(["query"], experiment.Varying);
        Assert.All(experiment.Cells, cell => Assert.Equal(("paper", 5), (cell.Configuration.Recipe.Name, cell.Configuration.Recipe.Training.Epochs)));
    }

    [Fact]
    public void A_folder_stands_for_what_it_records()
    {
        using TemporaryFolder folder = new();
        Experiment experiment = Parse(Two);
        ExperimentFolder.Open(folder["here"], experiment);
        foreach (string path in new[] { folder["here"], Path.Combine(folder["here"], "experiment.json") })
        {
            Assert.True(ExperimentFile.IsExperiment(path));
            Experiment read = ExperimentFile.Read(path, dataDirectory: "cache");
            Assert.Equal(experiment.Cells.Select(cell => cell.Label), read.Cells.Select(cell => cell.Label));
            Assert.All(read.Cells, cell => Assert.Equal(("cache", cell.Id), (cell.Configuration.DataDirectory, CellId.Of(cell.Configuration))));
            Assert.Equal(folder["here"], ExperimentFile.DefaultFolder(path, read).Root);
            Assert.Contains("'budget=9' changes", Assert.Throws<ConfigurationException>(() => ExperimentFile.Read(path, ["budget=9"])).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("seed=1", "\"seeds\"")]
    [InlineData("Threads=2", "`threads`")]
    [InlineData("out=x", "`out`")]
    public void Assignments_that_make_no_sense_for_many_runs_are_refused(string assignment, string expected)
        => Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => ExperimentFile.Parse(Two, "two.json", [assignment])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "grid": {} }""", "did you mean 'grids'")]
    [InlineData("""{ "grids": [ 3 ] }""", "list of objects")]
    [InlineData("""{ "grids": [ { "query": [] } ] }""", "empty list")]
    [InlineData("""{ "grids": [ { "qery": "random" } ] }""", "did you mean 'query'")]
    [InlineData("""{ "grids": [ { "seed": [1, 2] } ] }""", "give \"seeds\"")]
    [InlineData("""{ "grids": [ { "out": "x" } ] }""", "cannot vary")]
    [InlineData("""{ "grids": [ { "Threads": 2 } ] }""", "cannot vary")]
    [InlineData("""{ "grids": [ { "query": "random", "Query": "badge" } ] }""", "'query' and 'Query' are one key")]
    [InlineData("""{ "seeds": [1, 1] }""", "different whole numbers")]
    [InlineData("""{ "seeds": "1" }""", "different whole numbers")]
    [InlineData("""{ "run": [] }""", "must be an object")]
    [InlineData("""{ "run": { "oracle": "file", "labels": "x.csv" } }""", "waits for people")]
    [InlineData("""{ "run": { "budget": 10 } }""", "`budget` 10")]
    [InlineData("""{ "grids": [ { "query": "oracle-of-delphi" } ] }""", "oracle-of-delphi")]
    [InlineData("""[]""", "JSON object")]
    public void What_cannot_work_is_refused_with_the_file_and_the_key(string json, string expected)
    {
        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => Parse(json));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("two.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_one_run_is_no_experiment()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["run.json"], new RunConfiguration().ToJson());
        File.WriteAllText(folder["two.json"], Two);
        Assert.False(ExperimentFile.IsExperiment(folder["run.json"]));
        Assert.True(ExperimentFile.IsExperiment(folder["two.json"]));
    }

    private static Experiment Parse(string json) => ExperimentFile.Parse(json, "two.json");
}
