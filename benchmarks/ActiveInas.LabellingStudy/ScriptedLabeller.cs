using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ActiveInas.LabellingStudy;

/// <summary>A person who looks at each image that the server asks for, knows its class, and errs now and then: with one seed, of the same images in the same way, whatever the
/// query. Answers no image ahead: what is learnt is what the last query asked for.</summary>
/// <param name="client">Of the server.</param>
/// <param name="set">The images.</param>
/// <param name="yardstick">Scores the networks.</param>
/// <param name="options">Of the study.</param>
internal sealed class ScriptedLabeller(HttpClient client, FlatFolder set, Yardstick yardstick, StudyOptions options)
{
    // The history tells no more at once.
    private const int MostLabels = 1000;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(0.5);
    private readonly HashSet<int> _labelled = [];
    private readonly Stopwatch _labelling = new();
    private int _answered;

    /// <summary>Labels until the budget is spent; each round as soon as its network is there.</summary>
    public async IAsyncEnumerable<StudyRound> LabelAsync()
    {
        Stopwatch waiting = Stopwatch.StartNew();
        foreach (JsonNode? said in (await GetAsync($"api/v1/history?all=true&n={MostLabels}").ConfigureAwait(false)).AsArray())
        {
            _labelled.Add((int)said!["id"]!);
        }

        int? known = null;
        int ahead = 0;
        while (true)
        {
            JsonNode status = await GetAsync("api/v1/status").ConfigureAwait(false);
            string state = (string)status["state"]!;
            if (state == "error")
            {
                throw new InvalidOperationException($"The server cannot go on: {status["message"]}");
            }

            if ((int?)status["model_round"] is { } model && model != known)
            {
                known = model;
                yield return await RoundAsync(waiting.Elapsed.TotalSeconds, ahead).ConfigureAwait(false);
            }

            if (state == "done")
            {
                yield break;
            }

            if (!await LabelBatchAsync(status).ConfigureAwait(false))
            {
                await Task.Delay(s_look).ConfigureAwait(false);
                continue;
            }

            waiting.Restart();
            ahead = (int)(await GetAsync("api/v1/status").ConfigureAwait(false))["ahead"]!;
        }
    }

    private async Task<bool> LabelBatchAsync(JsonNode status)
    {
        if ((int)status["batch"]!["done"]! >= (int)status["batch"]!["size"]!)
        {
            return false;
        }

        _labelling.Start();
        int answered = 0;
        while ((await GetAsync("api/v1/next?n=1").ConfigureAwait(false)).AsArray() is [JsonNode item])
        {
            string lease = (string)item["lease"]!;
            if ((string)item["reason"]! == "ahead")
            {
                await PostAsync("api/v1/release", new JsonObject { ["leases"] = new JsonArray(lease) }).ConfigureAwait(false);
                break;
            }

            byte[] image = await client.GetByteArrayAsync((string)item["url"]!).ConfigureAwait(false);
            string name = Says(Convert.ToHexStringLower(SHA256.HashData(image)));
            await PostAsync("api/v1/labels", new JsonObject { ["lease"] = lease, ["class"] = name, ["action"] = "label", ["ms"] = (int)(1000 * options.Pace), ["suggested"] = false }).ConfigureAwait(false);
            _labelled.Add((int)item["id"]!);
            _answered++;
            answered++;
        }

        _labelling.Stop();
        return answered > 0;
    }

    private string Says(string hash)
    {
        string truth = set.Seen[hash];
        SeededRandom random = new(SeedTree.Derive((ulong)options.Seed, $"study/mistakes/{hash}"));
        if (random.NextDouble() >= options.Mistakes)
        {
            return truth;
        }

        string[] others = [.. set.Classes.Where(name => name != truth)];
        return others[random.NextInt(others.Length)];
    }

    private async Task<StudyRound> RoundAsync(double seconds, int ahead)
    {
        JsonNode dashboard = await GetAsync("api/v1/dashboard").ConfigureAwait(false);
        JsonNode round = dashboard["rounds"]!.AsArray()[^1]!;
        string model = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(model, await client.GetByteArrayAsync("api/v1/model").ConfigureAwait(false)).ConfigureAwait(false);
            (double accuracy, int images) = yardstick.Score(model, _labelled);
            return new StudyRound
            {
                Set = options.Set,
                Query = options.Query,
                Seed = options.Seed,
                Round = (int)round["round"]!,
                Learnt = (int)round["labels"]!,
                Labelled = _labelled.Count,
                Architecture = (string)round["architecture"]!,
                Accuracy = (double?)round["accuracy"],
                Interval = round["interval"] is JsonArray ends ? [.. ends.Select(end => (double)end!)] : null,
                PoolAccuracy = accuracy,
                PoolImages = images,
                Seconds = seconds,
                Waited = Math.Max(0, seconds - (ahead * options.Pace)),
                ImagesPerMinute = 60 * _answered / _labelling.Elapsed.TotalSeconds,
            };
        }
        finally
        {
            File.Delete(model);
        }
    }

    private async Task<JsonNode> GetAsync(string path) => (await client.GetFromJsonAsync<JsonNode>(path).ConfigureAwait(false))!;

    private async Task PostAsync(string path, JsonObject body)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync(path, body).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path} was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync().ConfigureAwait(false)}");
        }
    }
}
