using System.Net;
using System.Text.Json.Nodes;
using ActiveInas.Server.Models;
using ActiveInas.Server.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Server.Tests.Models;

/// <summary>What Label Studio asks of an ML backend, by a client that keeps to its published contract: GET /health, POST /setup, /predict, /webhook.</summary>
public sealed class LabelStudioTests
{
    private const string Interface =
        """
        <View><Image name="photo" value="$picture"/>
        <Choices name="kind" toName="photo"><Choice value="bird"/><Choice value="cat" alias="felis"/><Choice value="deer"/><Choice value="dog"/><Choice value="frog"/>
        <Choice value="horse"/><Choice value="ship"/><Choice value="truck"/><Choice value="airplane"/><Choice value="automobile"/></Choices></View>
        """;

    [Fact]
    public async Task A_project_is_connected_and_its_tasks_get_pre_annotations()
    {
        await using ServedModel served = await ServedModel.StartAsync();
        JsonNode health = (await served.GetAsync("/health")).Ok();
        Assert.Equal("UP", (string)health["status"]!);
        JsonObject setup = new() { ["project"] = "3.1700000000", ["schema"] = Interface, ["hostname"] = "http://localhost:8080", ["access_token"] = "secret" };
        Assert.Equal(served.Server.Version, (string)(await served.PostAsync("/setup", setup)).Ok()["model_version"]!);

        byte[] image = ServedModel.Image(3);
        (string name, float probability) = await served.PredictAsync(image);
        JsonNode answer = (await served.PostAsync("/predict", Request(Task(7, Inline(image)), Task("t", "data:image/png;base64,AAAA")))).Ok();
        Assert.Equal(served.Server.Version, (string)answer["model_version"]!);
        JsonArray results = answer["results"]!.AsArray();
        Assert.Equal(2, results.Count);
        JsonNode region = Assert.Single(results[0]!["result"]!.AsArray())!;
        Assert.Equal(("kind", "photo", "choices"), ((string)region["from_name"]!, (string)region["to_name"]!, (string)region["type"]!));
        Assert.Equal(name == "cat" ? "felis" : name, (string)Assert.Single(region["value"]!["choices"]!.AsArray())!);
        Assert.Equal(probability, (float)results[0]!["score"]!);
        Assert.Empty(results[1]!["result"]!.AsArray());
    }

    [Fact]
    public async Task Only_the_choices_of_the_interface_are_suggested_under_their_aliases()
    {
        await using ServedModel served = await ServedModel.StartAsync();
        byte[] image = ServedModel.Image(3);
        JsonObject request = Request(Task(1, Inline(image)));
        request["label_config"] = "<View><Image name='photo' value='$picture'/><Choices name='kind' toName='photo'><Choice value='cat' alias='felis'/><Choice value='tiger'/></Choices></View>";
        JsonNode result = (await served.PostAsync("/predict", request)).Ok()["results"]![0]!;
        Assert.Equal("felis", (string)result["result"]![0]!["value"]!["choices"]![0]!);
        request["label_config"] = "<View><Image name='photo' value='$picture'/><Choices name='kind' toName='photo'><Choice value='tiger'/></Choices></View>";
        Assert.Empty((await served.PostAsync("/predict", request)).Ok()["results"]![0]!["result"]!.AsArray());
    }

    [Theory]
    [InlineData("<View>")]
    [InlineData("<View><Text name='t' value='$t'/><Choices name='c' toName='t'><Choice value='a'/></Choices></View>")]
    [InlineData("<!DOCTYPE v [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><View>&x;</View>")]
    public async Task Another_interface_is_refused_with_the_reason(string config)
    {
        await using ServedModel served = await ServedModel.StartAsync();
        JsonObject request = Request(Task(1, Inline(ServedModel.Image(1))));
        request["label_config"] = config;
        Assert.Contains("labelling interface", (await served.PostAsync("/predict", request)).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_come_from_the_folder_and_the_label_studio_that_were_named_and_from_nowhere_else()
    {
        using TemporaryFolder files = new();
        Directory.CreateDirectory(files["store/sub"]);
        byte[] image = ServedModel.Image(4);
        File.WriteAllBytes(files["store/sub/a b.ppm"], image);
        File.WriteAllBytes(files["outside.ppm"], image);
        using StudioFiles studio = new(image);
        using StudioFiles other = new(image);
        await using ServedModel served = await ServedModel.StartAsync(options => options with { Files = files["store"], LabelStudio = new Uri(studio.Address), LabelStudioKey = "key" });
        string[] good = ["/data/local-files/?d=sub/a%20b.ppm", "/data/upload/3/x.ppm", $"{studio.Address}/data/upload/3/x.ppm"];
        string[] bad =
        [
            "/data/local-files/?d=../outside.ppm", $"/data/local-files/?d={files["outside.ppm"]}", "/data/local-files/?d=missing.ppm", $"{other.Address}/data/upload/3/x.ppm", "file:///etc/passwd",
            "/moved", "/missing", "",
        ];
        JsonArray results = (await served.PostAsync("/predict", Request([.. good.Concat(bad).Select((address, i) => Task(i, address))]))).Ok()["results"]!.AsArray();
        Assert.All(results.Take(good.Length), result => Assert.Single(result!["result"]!.AsArray()));
        Assert.All(results.Skip(good.Length), result => Assert.Empty(result!["result"]!.AsArray()));
        Assert.Equal(0, other.Asked);
        Assert.Equal("Token key", studio.Authorization);
    }

    [Fact]
    public async Task Events_are_taken_and_change_nothing()
    {
        await using ServedModel served = await ServedModel.StartAsync();
        Reply reply = await served.PostAsync("/webhook", new JsonObject { ["action"] = "ANNOTATION_CREATED", ["project"] = new JsonObject { ["id"] = 3 }, ["annotation"] = new JsonObject() });
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Equal("ok", (string)reply.Json["status"]!);
    }

    private static JsonObject Task(JsonNode id, string address) => new() { ["id"] = id, ["data"] = new JsonObject { ["picture"] = address }, ["is_labeled"] = false, ["annotations"] = new JsonArray() };

    private static JsonObject Request(params JsonObject[] tasks) => new()
    {
        ["tasks"] = new JsonArray([.. tasks]),
        ["project"] = "3.1700000000",
        ["label_config"] = Interface,
        ["params"] = new JsonObject { ["login"] = null, ["password"] = null, ["context"] = null },
    };

    private static string Inline(byte[] image) => $"data:image/x-portable-pixmap;base64,{Convert.ToBase64String(image)}";

    /// <summary>The files that a Label Studio serves.</summary>
    private sealed class StudioFiles(byte[] image) : LoopbackServer
    {
        public int Asked { get; private set; }

        public string? Authorization { get; private set; }

        protected override async Task AnswerAsync(HttpListenerContext context)
        {
            Asked++;
            Authorization = context.Request.Headers["Authorization"];
            string path = context.Request.Url!.AbsolutePath;
            context.Response.StatusCode = path.StartsWith("/data/upload/", StringComparison.Ordinal) ? 200 : path == "/moved" ? 302 : 404;
            context.Response.RedirectLocation = path == "/moved" ? "/data/upload/3/x.ppm" : null;
            if (context.Response.StatusCode == 200)
            {
                await context.Response.OutputStream.WriteAsync(image);
            }

            context.Response.Close();
        }
    }
}
