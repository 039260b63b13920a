using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Tests.Labelling;

namespace ActiveInas.Server.Tests.Support;

/// <summary>What a server answered.</summary>
internal sealed record Reply(HttpStatusCode Status, string Type, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>Requires problem details of a status; returns what they say.</summary>
    public string Problem(HttpStatusCode wanted)
    {
        Assert.True(Status == wanted, $"{(int)Status} in place of {(int)wanted}: {Text}");
        Assert.Equal("application/problem+json", Type);
        Assert.Equal((int)wanted, (int)Json["status"]!);
        Assert.NotEmpty((string)Json["title"]!);
        return (string?)Json["detail"] ?? "";
    }

    public JsonNode Ok()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{(int)Status}: {Text}");
        return Json;
    }
}

/// <summary>A worker that does what a test says.</summary>
internal sealed class FakeWorker(Func<string, CancellationToken, Task> advance) : IRoundWorker
{
    /// <summary>Computes nothing, until the server stops.</summary>
    public static FakeWorker Idle { get; } = new((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));

    public Task AdvanceAsync(string root, CancellationToken cancellation) => advance(root, cancellation);

    public Task ReviewAsync(string root, CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>A server of a tiny project, and programs that ask it.</summary>
internal sealed class Served : IAsyncDisposable
{
    private readonly List<HttpClient> _clients = [];

    private Served(TinyProject tiny) => Tiny = tiny;

    public TinyProject Tiny { get; }

    public LabelServer Server { get; private set; } = null!;

    /// <summary>Knows the token.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>The real program, as a process of its own.</summary>
    public static ProgramCommand Program { get; } = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "ainas.dll")]);

    /// <summary>Begins a project and serves it.</summary>
    /// <param name="images">In its folder.</param>
    /// <param name="prepare">Changes the project before it begins.</param>
    /// <param name="begins">Whether the first images are asked for before the server starts.</param>
    /// <param name="worker">Null: it computes nothing.</param>
    /// <param name="converter">Null: in this process.</param>
    public static async Task<Served> StartAsync(int images = 60, Action<TinyProject>? prepare = null, bool begins = true, IRoundWorker? worker = null, IImageConverter? converter = null)
    {
        TinyProject tiny = new(images);
        prepare?.Invoke(tiny);
        await tiny.CreateAsync(auditShare: 0, auditWanted: 0);
        if (begins)
        {
            await tiny.AdvanceAsync();
        }

        Served served = new(tiny);
        await served.ServeAsync(worker, converter);
        return served;
    }

    /// <summary>Serves the project, again.</summary>
    public async Task ServeAsync(IRoundWorker? worker = null, IImageConverter? converter = null)
    {
        Server = await LabelServer.StartAsync(new LabelServerOptions(Tiny.Root) { Port = 0, Labeller = "ada" }, worker ?? FakeWorker.Idle, converter ?? new LocalImageConverter());
        Client = Stranger();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Server.Token);
    }

    /// <summary>Knows no token.</summary>
    public HttpClient Stranger()
    {
        HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Server.Address), Timeout = TimeSpan.FromMinutes(2) };
        _clients.Add(client);
        return client;
    }

    public Task<Reply> GetAsync(string path, string? labeller = null) => SendAsync(HttpMethod.Get, path, null, labeller);

    public Task<Reply> PostAsync(string path, JsonNode? body, string? labeller = null) => SendAsync(HttpMethod.Post, path, body, labeller);

    public async Task<Reply> SendAsync(HttpMethod method, string path, JsonNode? body, string? labeller = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (labeller is not null)
        {
            request.Headers.Add("X-Labeller", labeller);
        }

        return await SendAsync(Client, request);
    }

    public static async Task<Reply> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using HttpResponseMessage response = await client.SendAsync(request);
        return new Reply(response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", await response.Content.ReadAsStringAsync());
    }

    /// <summary>The next image; fails where there is none.</summary>
    public async Task<JsonNode> NextAsync(string labeller = "ada") => (await GetAsync("/api/v1/next?n=1", labeller)).Ok()[0]!;

    /// <summary>Says of an image what is true.</summary>
    public Task<Reply> LabelAsync(JsonNode item, string labeller = "ada")
        => PostAsync("/api/v1/labels", new JsonObject { ["lease"] = (string)item["lease"]!, ["class"] = TinyProject.Truth($"{(int)item["id"]!}.ppm"), ["action"] = "label", ["ms"] = 5 }, labeller);

    /// <summary>Labels all that is asked for.</summary>
    public async Task LabelBatchAsync()
    {
        for (JsonNode batch = await BatchAsync(); (int)batch["done"]! < (int)batch["size"]!; batch = await BatchAsync())
        {
            (await LabelAsync(await NextAsync())).Ok();
        }
    }

    /// <summary>Waits until the status is as wanted.</summary>
    public async Task<JsonNode> WaitAsync(Func<JsonNode, bool> isWanted, int seconds = 90)
    {
        for (int attempt = 0; ; attempt++)
        {
            JsonNode status = (await GetAsync("/api/v1/status")).Ok();
            if (isWanted(status))
            {
                return status;
            }

            Assert.True(attempt < seconds * 20, $"never as wanted: {status}");
            await Task.Delay(50);
        }
    }

    /// <summary>Sends bytes as they are, and returns all that comes back; the server has to close the connection, or `answerStarts` is enough.</summary>
    public async Task<string> RawAsync(string text)
    {
        using TcpClient client = new();
        Uri address = new(Server.Address);
        await client.ConnectAsync(address.Host, address.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        byte[] answer = new byte[16 << 10];
        int length = await stream.ReadAsync(answer);
        return Encoding.ASCII.GetString(answer, 0, length);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Tiny.Dispose();
    }

    public async Task StopAsync()
    {
        await Server.DisposeAsync();
        foreach (HttpClient client in _clients)
        {
            client.Dispose();
        }

        _clients.Clear();
    }

    private async Task<JsonNode> BatchAsync() => (await GetAsync("/api/v1/status")).Ok()["batch"]!;
}

/// <summary>One server for the tests of a class.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal Served Served { get; private set; } = null!;

    public async Task InitializeAsync() => Served = await Served.StartAsync();

    public async Task DisposeAsync() => await Served.DisposeAsync();
}
