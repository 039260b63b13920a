using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Tests.Models;
using ActiveInas.Server.Models;
using ActiveInas.Server.Tests.Support;
using Xunit.Abstractions;

namespace ActiveInas.Server.Tests.Models;

/// <summary><c>ainas serve</c>: predictions over HTTP. AINAS_SLOW_TESTS=1 lengthens the load.</summary>
public sealed class ModelServerTests(ITestOutputHelper output)
{
    private const int Clients = 50;
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("AINAS_SLOW_TESTS") == "1";

    [Fact]
    public async Task An_image_has_the_prediction_that_it_has_without_a_server()
    {
        await using ServedModel served = await ServedModel.StartAsync();
        byte[] image = ServedModel.Image(1);
        JsonNode answer = (await served.PostAsync("/api/v1/predict?top=10&embedding=true", ServedModel.Body(image))).Ok();
        using IDevice device = Kernels.KernelSelection.Find(null).Open(1);
        using SavedModel model = SavedModel.Load(served.Path, device);
        ImagePrediction wanted = model.Predict(new ImageSet(ServedModel.Side, ServedModel.Side, image[^(ServedModel.Side * ServedModel.Side * 3)..], [ImageSet.Unknown], ["image"]))[0];
        JsonNode prediction = answer["predictions"]![0]!;
        Assert.Equal(wanted.Classes.Select(one => (one.Class, one.Probability)), prediction["top"]!.AsArray().Select(one => ((string)one!["class"]!, (float)one["probability"]!)));
        Assert.True(wanted.Embedding.Span.SequenceEqual([.. prediction["embedding"]!.AsArray().Select(value => (float)value!)]));
        Assert.Equal(served.Server.Version, (string)answer["model_version"]!);
    }

    [Fact]
    public async Task Several_images_come_as_a_form_or_in_json_and_a_bad_one_harms_no_other()
    {
        await using ServedModel served = await ServedModel.StartAsync();
        byte[] first = ServedModel.Image(1), second = ServedModel.Image(2);
        (string Class, float Probability)[] alone = [await served.PredictAsync(first), await served.PredictAsync(second)];
        using MultipartFormDataContent form = new() { { new StringContent("no file"), "note" }, { ServedModel.Body(first), "a", "a.ppm" }, { ServedModel.Body("text"u8.ToArray()), "b", "b.txt" }, { ServedModel.Body(second), "c", "c.ppm" } };
        JsonArray predictions = (await served.PostAsync("/api/v1/predict", form)).Ok()["predictions"]!.AsArray();
        Assert.Equal(["a.ppm", "b.txt", "c.ppm"], predictions.Select(one => (string)one!["name"]!));
        Assert.Equal((alone[0], alone[1]), (Of(predictions[0]!), Of(predictions[2]!)));
        Assert.Null(predictions[1]!["class"]);
        Assert.Contains("not an image", (string)predictions[1]!["problem"]!, StringComparison.Ordinal);

        JsonObject json = new() { ["images"] = new JsonArray(new JsonObject { ["data"] = Convert.ToBase64String(second) }, new JsonObject { ["name"] = "x", ["data"] = Convert.ToBase64String(first) }) };
        predictions = (await served.PostAsync("/api/v1/predict", json)).Ok()["predictions"]!.AsArray();
        Assert.Equal(["0", "x"], predictions.Select(one => (string)one!["name"]!));
        Assert.Equal((alone[1], alone[0]), (Of(predictions[0]!), Of(predictions[1]!)));

        static (string Class, float Probability) Of(JsonNode one) => ((string)one["class"]!, (float)one["probability"]!);
    }

    [Fact]
    public async Task What_is_no_request_for_a_prediction_is_refused_with_the_reason()
    {
        await using ServedModel served = await ServedModel.StartAsync(options => options with { LargestBody = 100_000 });
        Assert.Contains("'text/plain", (await served.PostAsync("/api/v1/predict", new StringContent("x"))).Problem(HttpStatusCode.UnsupportedMediaType), StringComparison.Ordinal);
        Assert.Contains("0 images", (await served.PostAsync("/api/v1/predict", new JsonObject())).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("no JSON", (await served.PostAsync("/api/v1/predict", new StringContent("{", Encoding.UTF8, "application/json"))).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("no data", (await served.PostAsync("/api/v1/predict", new JsonObject { ["images"] = new JsonArray(new JsonObject()) })).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("top is 0", (await served.PostAsync("/api/v1/predict?top=0", ServedModel.Body(ServedModel.Image(1)))).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        ByteArrayContent cut = ServedModel.Body("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\nxx"u8.ToArray(), "multipart/form-data");
        cut.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("boundary", "b"));
        Assert.Contains("malformed", (await served.PostAsync("/api/v1/predict", cut)).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        (await served.PostAsync("/api/v1/predict", ServedModel.Body(new byte[200_000]))).Problem(HttpStatusCode.RequestEntityTooLarge);
        JsonNode after = (await served.PostAsync("/api/v1/predict", ServedModel.Body(ServedModel.Image(1)))).Ok();
        Assert.NotNull(after["predictions"]![0]!["class"]);
    }

    [Fact]
    public async Task Who_has_no_token_comes_from_another_site_or_by_another_name_is_refused()
    {
        const string Token = "correct horse battery";
        await using ServedModel served = await ServedModel.StartAsync(options => options with { Token = Token });
        (await served.GetAsync("/api/v1/model")).Problem(HttpStatusCode.Unauthorized);
        (await served.GetAsync("/health")).Ok();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("Bearer", Token));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"studio:{Token}"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("Bearer", Token + "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("Basic", "%%"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("Bearer", Token, request => request.Headers.Add("Origin", "http://elsewhere.example")));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync("Bearer", Token, request => request.Headers.Host = "elsewhere.example"));
        await Assert.ThrowsAsync<ConfigurationException>(() => ServedModel.StartAsync(options => options with { Address = IPAddress.Any }));

        async Task<HttpStatusCode> StatusAsync(string scheme, string value, Action<HttpRequestMessage>? change = null)
        {
            HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/model") { Headers = { Authorization = new AuthenticationHeaderValue(scheme, value) } };
            change?.Invoke(request);
            return (await served.SendAsync(request)).Status;
        }
    }

    [Fact]
    public async Task More_than_may_wait_are_told_to_come_again()
    {
        await using ServedModel served = await ServedModel.StartAsync(options => options with { Waiting = 2 });
        JsonArray images = [.. Enumerable.Range(0, 20).Select(i => (JsonNode)new JsonObject { ["data"] = Convert.ToBase64String(ServedModel.Image(i)) })];
        using HttpResponseMessage response = await served.Client.PostAsync(new Uri("/api/v1/predict", UriKind.Relative), new StringContent(new JsonObject { ["images"] = images }.ToJsonString(), Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        await served.PredictAsync(ServedModel.Image(1));
    }

    [Fact]
    public async Task A_newer_network_takes_over_without_a_restart()
    {
        await using ServedModel served = await ServedModel.StartAsync();
        string before = served.Server.Version;
        (string Class, float Probability) old = await served.PredictAsync(ServedModel.Image(1));
        ModelSamples.Write(served.Path, ModelSamples.Shape(ServedModel.Side), seed: 6);
        for (int attempt = 0; served.Server.Version == before; attempt++)
        {
            Assert.True(attempt < 300, "the newer file was never taken");
            await Task.Delay(100);
            await served.PredictAsync(ServedModel.Image(2));
        }

        Assert.NotEqual(old.Probability, (await served.PredictAsync(ServedModel.Image(1))).Probability);

        // A file that cannot be loaded changes nothing.
        string newer = served.Server.Version;
        File.WriteAllText(served.Path, "no model");
        for (int attempt = 0; attempt < 25; attempt++)
        {
            await Task.Delay(100);
            await served.PredictAsync(ServedModel.Image(2));
        }

        Assert.Equal(newer, served.Server.Version);
    }

    [Fact]
    public async Task Health_figures_and_description_are_there()
    {
        await using ServedModel served = await ServedModel.StartAsync();
        await served.PredictAsync(ServedModel.Image(1));
        Assert.Equal("Healthy", (await served.GetAsync("/health/ready")).Text);
        Assert.Equal("Healthy", (await served.GetAsync("/health/live")).Text);
        Assert.Contains("ainas_predictions_total", (await served.GetAsync("/metrics")).Text, StringComparison.Ordinal);
        JsonNode description = (await served.GetAsync("/openapi/v1.json")).Ok();
        Assert.NotNull(description["paths"]!["/api/v1/predict"]!["post"]!["requestBody"]!["content"]!["multipart/form-data"]);
        JsonNode model = (await served.GetAsync("/api/v1/model")).Ok();
        Assert.Equal(ModelSamples.Classes, model["classes"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task Fifty_clients_at_once_get_what_each_would_alone()
    {
        await using ServedModel served = await ServedModel.StartAsync(options => options with { Threads = 0 });
        (byte[] Image, (string, float) Wanted)[] images = new (byte[], (string, float))[20];
        for (int i = 0; i < images.Length; i++)
        {
            images[i] = (ServedModel.Image(i), await served.PredictAsync(ServedModel.Image(i)));
        }

        int each = s_isLong ? 400 : 20;
        List<double>[] times = [.. Enumerable.Range(0, Clients).Select(_ => new List<double>())];
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (int i = 0; i < each; i++)
            {
                (byte[] image, (string, float) wanted) = images[(client + i) % images.Length];
                long sent = Stopwatch.GetTimestamp();
                Assert.Equal(wanted, await served.PredictAsync(image));
                times[client].Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        })));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] sorted = [.. times.SelectMany(one => one).Order()];
        output.WriteLine($"{sorted.Length} requests of {Clients} clients: {sorted.Length / seconds:0} images/s, median {sorted[sorted.Length / 2]:0.0} ms, 99 % below {sorted[sorted.Length * 99 / 100]:0.0} ms");
        Assert.Equal(Clients * each, sorted.Length);
    }
}
