using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Tests.Labelling;
using ActiveInas.Server.Tests.Support;
using ActiveInas.Training;
using Xunit.Abstractions;

namespace ActiveInas.Server.Tests;

/// <summary>Many labellers at once, and a server that is killed under them. AINAS_SLOW_TESTS=1 lengthens both.</summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Labellers = 50;
    private const ulong Seed = 17;
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("AINAS_SLOW_TESTS") == "1";

    [Fact]
    public async Task Fifty_labellers_lose_and_double_nothing_while_a_network_is_trained()
    {
        int labels = s_isLong ? 10_000 : 1000;

        // On a machine with nothing else to do; the short version runs beside other tests.
        double most = s_isLong ? 50 : 5000;
        using TinyProject tiny = new(labels + 100);

        // Two batches are kept ready: all that is labelled here is labelled ahead, while the first network is trained.
        tiny.Configuration = tiny.Configuration with
        {
            Batch = new(labels / 2),
            Budget = labels + 100,
            Recipe = RecipeFile.Parse(
                """
                {
                  "basedOn": "quick", "name": "endless", "batchSize": 8,
                  "training": { "epochs": 2, "minimumSteps": 1000000 }, "candidate": { "epochs": 2, "minimumSteps": 10 }
                }
                """,
                "test"),
        };
        await tiny.CreateAsync(auditShare: 0, auditWanted: 0);
        await tiny.AdvanceAsync();
        ConcurrentDictionary<int, string> said = [];
        ConcurrentBag<double> times = [];
        await using (ServerProcess server = await ServerProcess.StartAsync(tiny.Root))
        {
            await server.LabelBatchAsync();
            await Task.WhenAll(Enumerable.Range(0, Labellers).Select(labeller => Task.Run(() => LabelAsync(server, $"labeller {labeller}", said, times, labels))));
            JsonNode status = (await System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync<JsonNode>(server.Client, "/api/v1/status"))!;
            Assert.Contains((string)status["state"]!, (string[])["training", "searching"]);
            Assert.Equal(said.Count + 8, (int)status["labelled"]!);
            output.WriteLine($"the server used {server.ProcessorSeconds:0.0} s of the processor, trainings not counted");
            await server.KillAsync();
        }

        Assert.InRange(said.Count, labels, labels + Labellers);
        using LabellingProject project = LabellingProject.Open(tiny.Root);
        Dictionary<string, ImageLabel> kept = project.Export().Where(label => label.Action == LabelAction.Label).ToDictionary(label => label.Path);
        Assert.Equal(said.Count + 8, kept.Count);
        Assert.All(said, one => Assert.Equal(one.Value, kept[project.PathOf(one.Key)].Labeller));
        double[] sorted = [.. times.Order()];
        output.WriteLine($"{sorted.Length} posts of {Labellers} labellers: median {sorted[sorted.Length / 2]:0.0} ms, 95 % below {Percentile(sorted):0.0} ms, longest {sorted[^1]:0.0} ms");
        Assert.InRange(Percentile(sorted), 0, most);
    }

    [Fact]
    public async Task Killed_under_load_it_has_kept_every_answer_that_it_acknowledged()
    {
        int kills = s_isLong ? 20 : 5;
        const int Images = 4000;
        using TinyProject tiny = new(Images);
        tiny.Configuration = tiny.Configuration with { Initial = Images, InitialQuery = "random", Budget = Images };
        await tiny.CreateAsync(auditShare: 0, auditWanted: 0);
        await tiny.AdvanceAsync();
        SeededRandom random = new(Seed);
        ConcurrentDictionary<int, string> said = [];
        int before = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            await using ServerProcess server = await ServerProcess.StartAsync(tiny.Root);
            Task[] labellers = [.. Enumerable.Range(0, 8).Select(labeller => Task.Run(() => LabelAsync(server, $"labeller {labeller}", said, [], int.MaxValue)))];
            await Cli.Tests.Wait.UntilAsync(() => said.Count > before);
            await Task.Delay(random.NextInt(400));
            await server.KillAsync();
            await Task.WhenAll(labellers);

            using LabellingProject project = LabellingProject.Open(tiny.Root);
            Dictionary<string, ImageLabel> kept = project.Export().Where(label => label.Action == LabelAction.Label).ToDictionary(label => label.Path);
            Assert.All(said, one => Assert.Equal((TinyProject.Truth(project.PathOf(one.Key)), one.Value), (kept[project.PathOf(one.Key)].Class, kept[project.PathOf(one.Key)].Labeller)));

            // What was on its way may have been kept as well, one a labeller and kill.
            Assert.InRange(kept.Count, said.Count, said.Count + (8 * (kill + 1)));
            before = said.Count;
        }

        output.WriteLine($"{said.Count} answers were acknowledged before {kills} kills");
    }

    private static double Percentile(double[] sorted) => sorted[(int)(0.95 * (sorted.Length - 1))];

    /// <summary>Labels until there is enough, nothing is left, or the server is gone.</summary>
    private static async Task LabelAsync(ServerProcess server, string labeller, ConcurrentDictionary<int, string> said, ConcurrentBag<double> times, int enough)
    {
        try
        {
            while (said.Count < enough)
            {
                using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/next?n=1");
                request.Headers.Add("X-Labeller", labeller);
                using HttpResponseMessage next = await server.Client.SendAsync(request);
                if (JsonNode.Parse(await next.Content.ReadAsStringAsync()) is not JsonArray { Count: > 0 } items)
                {
                    return;
                }

                Stopwatch watch = Stopwatch.StartNew();
                using HttpResponseMessage answer = await server.LabelAsync(items[0]!, labeller);
                times.Add(watch.Elapsed.TotalMilliseconds);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.True(said.TryAdd((int)items[0]!["id"]!, labeller), $"image {items[0]!["id"]} was given to two labellers");
            }
        }
        catch (HttpRequestException)
        {
            // It was killed: what it has not acknowledged may be lost.
        }
    }
}
