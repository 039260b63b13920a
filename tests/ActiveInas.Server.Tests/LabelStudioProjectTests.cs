using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Tests.Models;
using ActiveInas.Server.Tests.Support;

namespace ActiveInas.Server.Tests;

/// <summary>A labelling project whose page is Label Studio: annotations become labels, tasks get the suggestions of the latest network.</summary>
public sealed class LabelStudioProjectTests
{
    private const string Interface = "<View><Image name='image' value='$image'/><Choices name='choice' toName='image'><Choice value='light'/><Choice value='dark'/></Choices></View>";

    [Fact]
    public async Task Annotations_become_labels_and_later_ones_correct_them()
    {
        await using Served served = await Served.StartAsync();
        Assert.Equal("none", (string)(await served.PostAsync("/setup", new JsonObject { ["project"] = "1.1", ["schema"] = Interface })).Ok()["model_version"]!);
        Assert.Empty((await served.PostAsync("/predict", Tasks("003.ppm"))).Ok()["results"]![0]!["result"]!.AsArray());
        int before = (int)(await served.GetAsync("/api/v1/status")).Ok()["labelled"]!;

        Assert.Contains("1 taken", await TakenAsync(served, "ANNOTATION_CREATED", "003.ppm", "dark"), StringComparison.Ordinal);
        Assert.Equal("dark", await LabelAsync(served, "003.ppm"));
        Assert.Contains("1 known already", await TakenAsync(served, "ANNOTATION_CREATED", "003.ppm", "dark"), StringComparison.Ordinal);
        Assert.Contains("1 corrected", await TakenAsync(served, "ANNOTATION_UPDATED", "003.ppm", "light"), StringComparison.Ordinal);
        Assert.Equal("light", await LabelAsync(served, "003.ppm"));
        Assert.Contains("changes no label", await TakenAsync(served, "PROJECT_UPDATED", "003.ppm", "dark"), StringComparison.Ordinal);
        Assert.Equal(before + 1, (int)(await served.GetAsync("/api/v1/status")).Ok()["labelled"]!);

        Assert.Contains("'blue' is no class", (await served.PostAsync("/webhook", Event("ANNOTATION_CREATED", "004.ppm", "blue"))).Problem(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        Assert.Contains("whole payload", (await served.PostAsync("/webhook", new JsonObject { ["action"] = "ANNOTATION_CREATED" })).Problem(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        Assert.Equal("light", await LabelAsync(served, "003.ppm"));
    }

    [Fact]
    public async Task Tasks_get_the_suggestions_of_the_latest_network()
    {
        await using Served served = await Served.StartAsync();
        ModelSamples.Write(Path.Combine(served.Tiny.Root, "checkpoints", "round_01.safetensors"), ModelSamples.Shape(8, 2), ["dark", "light"]);
        JsonNode answer = (await served.PostAsync("/predict", Tasks("003.ppm", "../outside.ppm"))).Ok();
        Assert.StartsWith("A(1,3)-", (string)answer["model_version"]!, StringComparison.Ordinal);
        Assert.Contains((string)answer["results"]![0]!["result"]![0]!["value"]!["choices"]![0]!, (string[])["dark", "light"]);
        Assert.Empty(answer["results"]![1]!["result"]!.AsArray());
    }

    [Fact]
    public async Task Label_studio_comes_in_with_the_token_as_its_password_and_not_without()
    {
        await using Served served = await Served.StartAsync();
        using HttpClient stranger = served.Stranger();
        HttpRequestMessage Request() => new(HttpMethod.Post, "/predict") { Content = new StringContent(Tasks("003.ppm").ToJsonString(), Encoding.UTF8, "application/json") };
        using HttpRequestMessage without = Request(), with = Request();
        (await Served.SendAsync(stranger, without)).Problem(HttpStatusCode.Unauthorized);
        with.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{served.Server.Token}")));
        (await Served.SendAsync(stranger, with)).Ok();
    }

    private static async Task<string> TakenAsync(Served served, string action, string image, string name)
    {
        Reply reply = await served.PostAsync("/webhook", Event(action, image, name));
        Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
        return (string)reply.Json["detail"]!;
    }

    private static async Task<string> LabelAsync(Served served, string image)
        => (await served.GetAsync("/api/v1/export?format=csv")).Text.Split('\n').Single(line => line.StartsWith(image + ",", StringComparison.Ordinal)).Split(',')[1];

    private static JsonObject Event(string action, string image, string name) => new()
    {
        ["action"] = action,
        ["project"] = new JsonObject { ["id"] = 1 },
        ["task"] = new JsonObject { ["id"] = 12, ["data"] = new JsonObject { ["image"] = $"/data/local-files/?d={image}" } },
        ["annotation"] = new JsonObject
        {
            ["id"] = 5,
            ["task"] = 12,
            ["completed_by"] = 1,
            ["was_cancelled"] = false,
            ["created_at"] = "2026-01-02T03:04:05.000000Z",
            ["lead_time"] = 1.5,
            ["result"] = new JsonArray(new JsonObject
            {
                ["from_name"] = "choice",
                ["to_name"] = "image",
                ["type"] = "choices",
                ["value"] = new JsonObject { ["choices"] = new JsonArray(name) },
            }),
        },
    };

    private static JsonObject Tasks(params string[] images) => new()
    {
        ["tasks"] = new JsonArray([.. images.Select((image, i) => new JsonObject { ["id"] = i, ["data"] = new JsonObject { ["image"] = $"/data/local-files/?d={image}" } })]),
        ["label_config"] = Interface,
        ["project"] = "1.1",
    };
}
