using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Tests.Data;

/// <summary>A real HTTP server on the loopback interface that serves bytes from memory, well or badly.</summary>
internal sealed class FileServer : LoopbackServer
{
    /// <summary>Contents by path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Path, Range and If-Range of each request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public bool SupportsRanges { get; set; } = true;

    public string ETag { get; set; } = "\"1\"";

    /// <summary>The next answers end after so many bytes of content, though they announced all.</summary>
    public ConcurrentQueue<int> DropAfter { get; } = new();

    /// <summary>Answers without a length.</summary>
    public bool Chunked { get; set; }

    protected override async Task AnswerAsync(HttpListenerContext context)
    {
        string? range = context.Request.Headers["Range"];
        string? condition = context.Request.Headers["If-Range"];
        Requests.Enqueue($"{context.Request.RawUrl} {range ?? "-"} {condition ?? "-"}");
        HttpListenerResponse response = context.Response;
        if (!Files.TryGetValue(context.Request.RawUrl!, out byte[]? data))
        {
            response.StatusCode = 404;
            response.Close();
            return;
        }

        response.Headers["ETag"] = ETag;
        int start = 0;
        if (SupportsRanges && range is not null && (condition is null || condition == ETag))
        {
            start = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            response.StatusCode = start < data.Length ? 206 : 416;
            response.Headers["Content-Range"] = start < data.Length ? $"bytes {start}-{data.Length - 1}/{data.Length}" : $"bytes */{data.Length}";
        }

        await SendAsync(response, data[Math.Min(start, data.Length)..]);
    }

    private async Task SendAsync(HttpListenerResponse response, byte[] content)
    {
        if (Chunked)
        {
            response.SendChunked = true;
        }
        else
        {
            response.ContentLength64 = content.Length;
        }

        if (DropAfter.TryDequeue(out int limit))
        {
            await response.OutputStream.WriteAsync(content.AsMemory(0, Math.Min(limit, content.Length)));
            await response.OutputStream.FlushAsync();
            await Task.Delay(50);
            response.Abort();
            return;
        }

        await response.OutputStream.WriteAsync(content);
        response.Close();
    }
}
