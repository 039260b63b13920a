using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public class TrialJobTests
{
    private static readonly string s_fingerprint = new('a', 64);

    private static readonly TrialJob s_job = new(
        new TrialData(new DataRequest("../photos", null, 24, ulong.MaxValue, true, "*.jpg", "masks/**", ValidationUse.Pool, "tables/labels.csv"), ["chat", "größe \"x\""], s_fingerprint)
        {
            Simulate = new(10, Noise: 0.1),
        },
        KernelFamily.WinogradDot,
        new TrialRequest(
            "round-01/search/A(1,2)", new Architecture(1, 2), 2, Samples((0, 1), (7, 0)), Samples((3, 1)),
            Recipes.Quick with { LabelSmoothing = 0.1, CandidateMetric = CandidateMetric.Balanced }, ulong.MaxValue - 3)
        {
            Measure = ErrorMeasure.Balanced,
        });

    [Fact]
    public void A_job_survives_its_json()
    {
        string json = s_job.ToJson();
        TrialJob read = TrialJob.FromJson(json, "job.json");

        Assert.Equal(json, read.ToJson());
        Assert.Equal(s_job.Data.Request, read.Data.Request);
        Assert.Equal(s_job.Data.Classes, read.Data.Classes);
        Assert.Equal((s_job.Data.Fingerprint, s_job.Data.Simulate, s_job.Kernels), (read.Data.Fingerprint, read.Data.Simulate, read.Kernels));
        Assert.Equal(s_job.Request.Train, read.Request.Train);
        Assert.Equal(s_job.Request.Validation, read.Request.Validation);
        Assert.Equal(RecipeFile.ToJson(s_job.Request.Recipe), RecipeFile.ToJson(read.Request.Recipe));
        Assert.Equal(Plain(s_job.Request), Plain(read.Request));
        Assert.True(read.IsCandidate);
    }

    [Fact]
    public void What_is_not_given_is_read_back_as_none()
    {
        TrialJob plain = s_job with
        {
            Data = new TrialData(new DataRequest("shapes"), ["a"], s_fingerprint),
            Request = s_job.Request with { Classes = 1, Train = Samples((0, 0)), Validation = [] },
        };
        string json = plain.ToJson();
        TrialJob read = TrialJob.FromJson(json, "job.json");

        Assert.DoesNotContain("labelsTable", json, StringComparison.Ordinal);
        Assert.Equal(plain.Data.Request, read.Data.Request);
        Assert.Null(read.Data.Simulate);
        Assert.False(read.IsCandidate);
    }

    [Fact]
    public void An_id_names_what_is_computed_and_not_where_the_data_lies()
    {
        TrialRequest request = s_job.Request;
        DataRequest data = s_job.Data.Request;
        TrialJob Elsewhere(DataRequest changed) => s_job with { Data = s_job.Data with { Request = changed } };

        Assert.Matches("^[0-9a-f]{12}$", s_job.Id);
        Assert.Equal(s_job.Id, Elsewhere(data with { Source = "/other/photos.zip", LabelsTable = "/other/labels.csv", DataDirectory = "/cache" }).Id);
        Assert.Equal(s_job.Id, (s_job with { Request = request with { Train = [.. request.Train.Reverse()] } }).Id);
        string[] others =
        [
            Elsewhere(data with { Seed = 2 }).Id,
            (s_job with { Data = s_job.Data with { Fingerprint = new('b', 64) } }).Id,
            (s_job with { Kernels = KernelFamily.Dot }).Id,
            (s_job with { Request = request with { Seed = 1 } }).Id,
            (s_job with { Request = request with { Measure = ErrorMeasure.ZeroOne } }).Id,
            (s_job with { Request = request with { Validation = [] } }).Id,
            (s_job with { Request = request with { Recipe = Recipes.Quick } }).Id,
            s_job.Id,
        ];
        Assert.Equal(others.Length, others.Distinct().Count());
    }

    [Theory]
    [InlineData("data.imageSise", "8", "there is no key 'data.imageSise'. Did you mean 'data.imageSize'?")]
    [InlineData("kernel", "\"dot\"", "there is no key 'kernel'. Did you mean 'kernels'?")]
    [InlineData("request.recipe.bachSize", "3", "request.recipe: there is no key 'bachSize'; the closest is 'batchSize'")]
    [InlineData("schema_version", "2", "schema_version is 2")]
    [InlineData("kernels", "\"cuda\"", "'kernels' is \"cuda\"; it must be a family of kernels: reference, vector, winograd")]
    [InlineData("data", "[]", "'data' is []; it must be a group of keys")]
    [InlineData("data.seed", "-1", "'data.seed' is -1; it must be a whole number from 0")]
    [InlineData("data.source", null, "'data.source' is missing")]
    [InlineData("data.fingerprint", "\"ab\"", "64 hexadecimal digits")]
    [InlineData("data.classes", "[\"a\",\"a\"]", "'data.classes' is [\"a\",\"a\"]; it must be a list of names, each once")]
    [InlineData("data.classes", "[1]", "'data.classes[0]' is 1; it must be the name of a class")]
    [InlineData("data.simulate", "\"blur=1\"", "'blur=1'")]
    [InlineData("request.architecture", "\"big\"", "'request.architecture' is \"big\"; it must be A(i,j)")]
    [InlineData("request.measure", "\"f1\"", "it must be one of accuracy, balanced")]
    [InlineData("request.train", "[]", "'request.train' is []")]
    [InlineData("request.train", "[[0,1],[1,2]]", "'request.train[1]' is [1,2]; it must be a pair [image, class] with an image from 0 and a class from 0 to 1")]
    [InlineData("request.train", "[[3,1]]", "the image 3 stands in 'request.train' and 'request.validation' 2 times")]
    public void A_wrong_key_or_value_is_named(string key, string? value, string message)
    {
        JsonObject json = JsonNode.Parse(s_job.ToJson())!.AsObject();
        string[] path = key.Split('.');
        JsonObject group = path[..^1].Aggregate(json, (node, name) => node[name]!.AsObject());
        group[path[^1]] = value is null ? null : JsonNode.Parse(value);

        ConfigurationException failure = Assert.Throws<ConfigurationException>(() => TrialJob.FromJson(json.ToJsonString(), "job.json"));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains(key.StartsWith("data.simulate", StringComparison.Ordinal) ? "" : "job.json", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"kernels\":\"dot\",\"kernels\":\"dot\"}")]
    public void What_is_no_object_is_refused(string text)
        => Assert.Contains("job.json", Assert.Throws<ConfigurationException>(() => TrialJob.FromJson(text, "job.json")).Message, StringComparison.Ordinal);

    // Lists are compared by what they hold, not by being the same.
    private static TrialRequest Plain(TrialRequest request) => request with { Train = [], Validation = [], Recipe = Recipes.Quick };

    private static LabelledSample[] Samples(params (int Id, int Label)[] samples) => [.. samples.Select(sample => new LabelledSample(new SampleId(sample.Id), sample.Label))];
}
