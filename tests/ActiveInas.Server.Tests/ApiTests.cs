using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Tests.Labelling;
using ActiveInas.Server.Tests.Support;

namespace ActiveInas.Server.Tests;

/// <summary>The routes under /api/v1 and beside it: what they do, and what they refuse.</summary>
public sealed class ApiTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly Served _served = shared.Served;

    public static TheoryData<string> Formats => [.. LabelFormats.Names];

    [Fact]
    public async Task The_project_says_what_it_is()
    {
        JsonNode project = (await _served.GetAsync("/api/v1/project")).Ok();
        Assert.Equal(("images", 60, 8, 4), ((string)project["name"]!, (int)project["images"]!, (int)project["initial"]!, (int)project["batch"]!));
        Assert.Equal(["dark", "light"], project["classes"]!.AsArray().Take(2).Select(one => (string)one!["name"]!));
        Assert.Equal(LabelFormats.Names, project["formats"]!.AsArray().Select(name => (string)name!));
        Assert.Equal((50, 0), ((int)project["audit"]!["wanted"]!, (int)project["audit"]!["reserved"]!));
    }

    [Theory]
    [InlineData("POST", "labels", """{"lease":"0123","class":"dark","action":"label"}""", 404)]
    [InlineData("POST", "labels", """{"class":"dark","action":"label"}""", 400)]
    [InlineData("POST", "labels", """{"lease":"0123","action":"eat"}""", 400)]
    [InlineData("POST", "labels", """{"lease":"0123","action":"7"}""", 400)]
    [InlineData("POST", "labels", """{"lease":""", 400)]
    [InlineData("POST", "labels", """[]""", 400)]
    [InlineData("POST", "labels", """{"lease":"0123","action":"bad","ms":"long"}""", 400)]
    [InlineData("POST", "labels", """null""", 400)]
    [InlineData("POST", "images/0/label", """{"class":"zebra","action":"label"}""", 400)]
    [InlineData("POST", "images/0/label", """{"class":"dark","action":"bad"}""", 400)]
    [InlineData("POST", "images/0/label", """{"class":"dark","action":"label","ms":-1}""", 400)]
    [InlineData("POST", "images/60/label", """{"class":"dark","action":"label"}""", 404)]
    [InlineData("POST", "images/x/label", """{"class":"dark","action":"label"}""", 404)]
    [InlineData("POST", "classes", """{"name":" "}""", 400)]
    [InlineData("POST", "classes", """{"name":"dark"}""", 409)]
    [InlineData("PATCH", "classes/0", """{"name":"light"}""", 409)]
    [InlineData("PATCH", "classes/99", """{"name":"grey"}""", 404)]
    [InlineData("POST", "session", """{"labeller":""}""", 400)]
    [InlineData("GET", "review?kind=everything", null, 400)]
    [InlineData("GET", "review", null, 400)]
    [InlineData("GET", "history?n=many", null, 400)]
    [InlineData("GET", "export?format=xls", null, 400)]
    [InlineData("GET", "export", null, 400)]
    [InlineData("GET", "model", null, 404)]
    [InlineData("GET", "nowhere", null, 404)]
    [InlineData("PUT", "labels", "{}", 405)]
    [InlineData("GET", "undo", null, 405)]
    [InlineData("POST", "undo", """{"key":""}""", 400)]
    [InlineData("DELETE", "classes/0", null, 405)]
    public async Task What_is_wrong_is_a_problem_that_says_so(string method, string path, string? body, int status)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), $"/api/v1/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        string detail = (await Served.SendAsync(_served.Client, request)).Problem((HttpStatusCode)status);
        Assert.True(status == 405 || path == "nowhere" || path.StartsWith("images/x", StringComparison.Ordinal) || detail.Length > 10, $"it says only '{detail}'");
        Assert.DoesNotContain("   at ", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_no_json_by_its_type_is_refused()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/labels") { Content = new StringContent("{}", Encoding.UTF8, "text/plain") };
        (await Served.SendAsync(_served.Client, request)).Problem(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Before_the_first_network_there_is_no_report_and_the_dashboard_is_empty()
    {
        Assert.Contains("before the first network", (await _served.GetAsync("/report")).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
        JsonNode dashboard = (await _served.GetAsync("/api/v1/dashboard")).Ok();
        Assert.Empty(dashboard["rounds"]!.AsArray());
        Assert.NotEmpty(dashboard["classes"]!.AsArray());
        JsonNode status = (await _served.GetAsync("/api/v1/status")).Ok();
        Assert.Null(status["accuracy"]);
        Assert.Null(status["architecture"]);
        Assert.Equal("labelling", (string)status["state"]!);
    }

    [Fact]
    public async Task It_says_that_it_lives_to_everybody()
    {
        using HttpClient stranger = _served.Stranger();
        Assert.Equal("Healthy", await stranger.GetStringAsync("/health/live"));
        Assert.Equal("Healthy", await stranger.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task The_openapi_document_lists_every_route()
    {
        JsonObject paths = (await _served.GetAsync("/openapi/v1.json")).Ok()["paths"]!.AsObject();
        string[] listed = [.. paths.SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}")).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                "GET /api/v1/dashboard", "GET /api/v1/events", "GET /api/v1/export", "GET /api/v1/history", "GET /api/v1/model", "GET /api/v1/next", "GET /api/v1/project", "GET /api/v1/review",
                "GET /api/v1/session", "GET /api/v1/status", "GET /health", "GET /images/{id}", "GET /report", "PATCH /api/v1/classes/{id}", "POST /api/v1/classes", "POST /api/v1/images/{id}/label",
                "POST /api/v1/import", "POST /api/v1/labels", "POST /api/v1/release", "POST /api/v1/session", "POST /api/v1/undo", "POST /predict", "POST /setup", "POST /webhook",
            ],
            listed);
    }

    [Fact]
    public async Task Answers_are_taken_once_shown_in_the_history_undone_and_counted()
    {
        await using Served served = await Served.StartAsync();
        JsonNode item = await served.NextAsync();
        Assert.Equal("initial", (string)item["reason"]!);
        Assert.Empty(item["suggested"]!.AsArray());
        Assert.Equal($"/images/{(int)item["id"]!}", (string)item["url"]!);
        Assert.Equal((8, 8), ((int)item["width"]!, (int)item["height"]!));

        Reply first = await served.LabelAsync(item);
        Reply second = await served.LabelAsync(item);
        Assert.Equal((1, 1, 8), ((int)first.Ok()["labelled"]!, (int)first.Json["batch"]!["done"]!, (int)first.Json["batch"]!["size"]!));
        Assert.Equal(first.Text, second.Text);
        JsonObject other = new() { ["lease"] = (string)item["lease"]!, ["action"] = "bad" };
        (await served.PostAsync("/api/v1/labels", other)).Problem(HttpStatusCode.Conflict);

        JsonNode said = Assert.Single((await served.GetAsync("/api/v1/history")).Ok().AsArray())!;
        Assert.Equal(((int)item["id"]!, "label", "ada", 5), ((int)said["id"]!, (string)said["action"]!, (string)said["labeller"]!, (int)said["ms"]!));
        Assert.Empty((await served.GetAsync("/api/v1/history", "bob")).Ok().AsArray());
        Assert.Single((await served.GetAsync("/api/v1/history?all=true", "bob")).Ok().AsArray());

        (await served.PostAsync($"/api/v1/images/{(int)item["id"]!}/label", new JsonObject { ["action"] = "skip" })).Ok();
        Assert.Equal((int)item["id"]!, (int)Assert.Single((await served.GetAsync("/api/v1/review?kind=skipped")).Ok().AsArray())!["id"]!);
        Assert.Equal("skip", (string)(await served.PostAsync("/api/v1/undo", body: null)).Ok()["action"]!);
        JsonObject key = new() { ["key"] = "0f3a" };
        JsonNode undone = (await served.PostAsync("/api/v1/undo", key)).Ok();
        Assert.Equal((string)undone["lease"]!, (string)(await served.PostAsync("/api/v1/undo", key)).Ok()["lease"]!);
        Assert.Equal(((int)item["id"]!, (string)said["class"]!), ((int)undone["id"]!, (string)undone["class"]!));
        Assert.Contains("nothing to take back", (await served.PostAsync("/api/v1/undo", new JsonObject())).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal(0, (int)(await served.GetAsync("/api/v1/status")).Ok()["labelled"]!);
        (await served.LabelAsync(undone)).Ok();

        string[] metrics = [.. (await served.GetAsync("/metrics")).Text.Split('\n').Where(line => line.Contains($"project=\"{served.Tiny.Root}\"", StringComparison.Ordinal))];
        string answers = Assert.Single(metrics, line => line.StartsWith("ainas_answers", StringComparison.Ordinal) && line.Contains("action=\"label\"", StringComparison.Ordinal));
        Assert.Matches("\\} [23]\\b", answers);
        Assert.Matches("\\} 1\\b", Assert.Single(metrics, line => line.StartsWith("ainas_labels", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Two_labellers_get_different_images_and_what_is_given_back_goes_to_the_other()
    {
        await using Served served = await Served.StartAsync();
        JsonArray ada = (await served.GetAsync("/api/v1/next?n=5", "ada")).Ok().AsArray();
        JsonArray bob = (await served.GetAsync("/api/v1/next?n=2", "bob")).Ok().AsArray();
        Assert.Equal((5, 2, 7), (ada.Count, bob.Count, ada.Concat(bob).Select(item => (int)item!["id"]!).Distinct().Count()));

        (await served.LabelAsync(ada[0]!, "bob")).Problem(HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.NoContent, (await served.PostAsync("/api/v1/release", new JsonObject { ["leases"] = new JsonArray((string)ada[0]!["lease"]!) }, "bob")).Status);
        JsonNode still = await served.NextAsync("bob");
        Assert.NotEqual((int)ada[0]!["id"]!, (int)still["id"]!);

        Assert.Equal(HttpStatusCode.NoContent, (await served.PostAsync("/api/v1/release", new JsonObject { ["leases"] = new JsonArray((string)ada[0]!["lease"]!) }, "ada")).Status);
        Assert.Equal((int)ada[0]!["id"]!, (int)(await served.NextAsync("bob"))["id"]!);

        (await served.LabelAsync(ada[1]!, "ada")).Ok();
        (await served.LabelAsync(bob[0]!, "bob")).Ok();
        JsonArray labellers = (await served.GetAsync("/api/v1/status")).Ok()["labellers"]!.AsArray();
        Assert.Equal(["ada", "bob"], labellers.Select(one => (string)one!["name"]!).Order());
    }

    [Fact]
    public async Task Classes_are_added_and_renamed()
    {
        await using Served served = await Served.StartAsync(30, begins: false);
        JsonNode grey = (await served.PostAsync("/api/v1/classes", new JsonObject { ["name"] = " grey " })).Ok();
        Assert.Equal((2, "grey"), ((int)grey["id"]!, (string)grey["name"]!));
        Assert.Equal("silver", (string)(await served.SendAsync(HttpMethod.Patch, "/api/v1/classes/2", new JsonObject { ["name"] = "silver" })).Ok()["name"]!);
        Assert.Equal(["dark", "light", "silver"], (await served.GetAsync("/api/v1/project")).Ok()["classes"]!.AsArray().Select(one => (string)one!["name"]!));
    }

    [Fact]
    public async Task Events_tell_the_status_at_once_and_at_a_change()
    {
        await using Served served = await Served.StartAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        using HttpResponseMessage response = await served.Client.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(limit.Token));
        Assert.Equal(0, (int)(await EventAsync(lines, limit.Token))["labelled"]!);

        (await served.LabelAsync(await served.NextAsync())).Ok();
        JsonNode told = await EventAsync(lines, limit.Token);
        while ((int)told["labelled"]! == 0)
        {
            told = await EventAsync(lines, limit.Token);
        }

        Assert.Equal((1, "labelling"), ((int)told["labelled"]!, (string)told["state"]!));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Labels_go_out_of_one_project_and_into_another(string format)
    {
        await using Served served = await Served.StartAsync(30);
        await served.LabelBatchAsync();
        using HttpResponseMessage response = await served.Client.GetAsync($"/api/v1/export?format={format}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEmpty(response.Content.Headers.ContentDisposition!.FileNameStar ?? response.Content.Headers.ContentDisposition.FileName!);
        byte[] file = await response.Content.ReadAsByteArrayAsync();

        await using Served other = await Served.StartAsync(30, begins: false);
        JsonNode outcome = (await ImportAsync(other, format, file)).Ok();
        Assert.Equal((8, 0), ((int)outcome["imported"]!, outcome["unknown"]!.AsArray().Count));
        outcome = (await ImportAsync(other, format, file)).Ok();
        Assert.Equal((0, 8), ((int)outcome["imported"]!, (int)outcome["unchanged"]!));
        Assert.Equal(8, (int)(await other.GetAsync("/api/v1/status")).Ok()["labelled"]!);
        foreach (JsonNode? said in (await other.GetAsync("/api/v1/history?all=true")).Ok().AsArray())
        {
            Assert.Equal(TinyProject.Truth($"{(int)said!["id"]!}.ppm"), (string)said["class"]!);
        }
    }

    [Fact]
    public async Task Files_that_hold_no_labels_are_refused_and_change_nothing()
    {
        await using Served served = await Served.StartAsync(30, begins: false);
        byte[] outside = Zip(("../../outside.csv", "filename,label\n000.ppm,dark\n"));
        foreach ((string format, byte[] file) in new[]
        {
            ("csv", "nothing of the kind"u8.ToArray()), ("csv", []), ("jsonl", "{\"path\""u8.ToArray()), ("label-studio", "[1, 2"u8.ToArray()), ("fiftyone", [0xFF, 0xFE, 0x00]),
            ("xls", "filename,label\n000.ppm,dark\n"u8.ToArray()), ("tree", "PK\u0003\u0004 and no more"u8.ToArray()), ("csv", outside),
        })
        {
            Reply reply = await ImportAsync(served, format, file);
            Assert.True(reply.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, $"{format}: {reply.Status}: {reply.Text}");
            Assert.NotEmpty(reply.Problem(reply.Status));
        }

        Assert.Equal(0, (int)(await served.GetAsync("/api/v1/status")).Ok()["labelled"]!);
        JsonNode unknown = (await ImportAsync(served, "csv", "filename,label\n000.ppm,dark\nelsewhere.ppm,dark\n"u8.ToArray())).Ok();
        Assert.Equal((1, "elsewhere.ppm"), ((int)unknown["imported"]!, (string)Assert.Single(unknown["unknown"]!.AsArray())!));
        JsonNode conflict = (await ImportAsync(served, "csv", "filename,label\n000.ppm,light\n"u8.ToArray())).Ok();
        Assert.Equal((0, "000.ppm"), ((int)conflict["imported"]!, (string)Assert.Single(conflict["conflicts"]!.AsArray())!));
    }

    [Fact]
    public async Task From_the_first_label_to_a_network_its_report_and_its_suggestions()
    {
        await using Served served = await Served.StartAsync(begins: false, worker: new LocalRoundWorker());
        await served.WaitAsync(status => (int)status["batch"]!["size"]! == 8);
        await served.LabelBatchAsync();
        JsonNode status = await served.WaitAsync(status => (int?)status["model_round"] == 1 && (string)status["state"]! == "labelling");
        Assert.Matches(@"^A\(\d,\d\)$", ((string)status["architecture"]!).Replace(" ", "", StringComparison.Ordinal));

        JsonNode item = await served.NextAsync();
        Assert.Equal("query", (string)item["reason"]!);
        Assert.Equal(2, item["suggested"]!.AsArray().Count);
        Assert.Equal(1, item["suggested"]!.AsArray().Sum(one => (double)one!["probability"]!), 1e-5);

        byte[] model = await served.Client.GetByteArrayAsync("/api/v1/model");
        Assert.InRange(BitConverter.ToUInt64(model), 1ul, (ulong)model.Length);
        Assert.Equal((byte)'{', model[8]);

        using HttpResponseMessage report = await served.Client.GetAsync("/report");
        Assert.Equal(HttpStatusCode.OK, report.StatusCode);
        string policy = Assert.Single(report.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("sandbox allow-scripts", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("allow-same-origin", policy, StringComparison.Ordinal);
        Assert.Contains("<html", await report.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);

        JsonNode dashboard = (await served.GetAsync("/api/v1/dashboard")).Ok();
        Assert.Equal(8, (int)Assert.Single(dashboard["rounds"]!.AsArray())!["labels"]!);
        Assert.Single(dashboard["architecture_path"]!.AsArray());
        Assert.Contains("the next images are ready", (string)dashboard["log"]!.AsArray()[^1]!["text"]!, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> EventAsync(StreamReader lines, CancellationToken cancellation)
    {
        string? name = null;
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                Assert.Equal("status", name);
                return JsonNode.Parse(line[6..])!;
            }
        }

        throw new EndOfStreamException("The events have ended.");
    }

    private static async Task<Reply> ImportAsync(Served served, string format, byte[] file)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/api/v1/import?format={format}") { Content = new ByteArrayContent(file) };
        return await Served.SendAsync(served.Client, request);
    }

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        using MemoryStream bytes = new();
        using (System.IO.Compression.ZipArchive archive = new(bytes, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, string text) in files)
            {
                using StreamWriter writer = new(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        return bytes.ToArray();
    }
}
