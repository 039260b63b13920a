using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Tests.Models;
using ActiveInas.Server.Models;
using ActiveInas.Server.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Server.Tests.Models;

/// <summary>A server of a network whose weights are random, and programs that ask it.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    public const int Side = 32;

    private readonly TemporaryFolder _folder;

    private ServedModel(TemporaryFolder folder, ModelServer server)
    {
        (_folder, Server) = (folder, server);
        Client = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromMinutes(2) };
    }

    public ModelServer Server { get; }

    public HttpClient Client { get; }

    /// <summary>The file that is served.</summary>
    public string Path => _folder["model.safetensors"];

    public static async Task<ServedModel> StartAsync(Func<ModelServerOptions, ModelServerOptions>? change = null)
    {
        TemporaryFolder folder = new();
        string path = folder["model.safetensors"];
        ModelSamples.Write(path, ModelSamples.Shape(Side));
        ModelServerOptions options = new(path) { Port = 0, Threads = 1 };
        return new ServedModel(folder, await ModelServer.StartAsync(change?.Invoke(options) ?? options));
    }

    /// <summary>A PPM file of noise, each seed another one.</summary>
    public static byte[] Image(int seed, int side = Side)
    {
        byte[] pixels = new byte[side * side * 3];
        new Random(seed).NextBytes(pixels);
        return [.. Encoding.ASCII.GetBytes($"P6 {side} {side} 255\n"), .. pixels];
    }

    public static ByteArrayContent Body(byte[] file, string type = "image/x-portable-pixmap")
    {
        ByteArrayContent content = new(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    public Task<Reply> PostAsync(string path, HttpContent content) => SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content });

    public Task<Reply> PostAsync(string path, JsonNode body) => PostAsync(path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));

    public Task<Reply> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public async Task<Reply> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            return await Served.SendAsync(Client, request);
        }
    }

    /// <summary>Class and probability of an image.</summary>
    public async Task<(string Class, float Probability)> PredictAsync(byte[] image)
    {
        JsonNode prediction = (await PostAsync("/api/v1/predict", Body(image))).Ok()["predictions"]![0]!;
        return ((string)prediction["class"]!, (float)prediction["probability"]!);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
