using System.Net;
using System.Net.Http.Headers;

namespace ActiveInas.Data.Downloads;

/// <summary>Downloads a file: resumed where the last attempt stopped, checked for size and SHA-256, under its final name only when
/// right.</summary>
internal sealed class Downloader(IProgress<ProgressEvent>? progress, DownloadOptions options)
{
    private const int BufferSize = 1 << 16;
    private const long ReportEvery = 1 << 20;

    /// <summary>Whether any server answered: without a network there is nothing to wait for.</summary>
    private bool _connected;

    /// <summary>Downloads to a destination.</summary>
    /// <exception cref="DataException">No address delivers the file.</exception>
    public async Task DownloadAsync(RemoteFile file, IReadOnlyList<Uri> addresses, string destination, CancellationToken cancellation)
    {
        using var part = new PartFile(destination);
        using var handler = new SocketsHttpHandler { ConnectTimeout = options.ConnectTimeout };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var failures = new List<string>();
        foreach (Uri address in addresses)
        {
            try
            {
                await FetchVerifiedAsync(client, file, address, part, cancellation).ConfigureAwait(false);
                return;
            }
            catch (DownloadFailure e)
            {
                failures.Add($"{address}: {e.Message}");
            }
        }

        throw new DataException(string.Join(" ", failures));
    }

    /// <summary>A resumed file with a wrong checksum is fetched once more from the start: its first bytes may be of an older
    /// version.</summary>
    private async Task FetchVerifiedAsync(HttpClient client, RemoteFile file, Uri address, PartFile part, CancellationToken cancellation)
    {
        while (true)
        {
            bool resumed = part.Length > 0;
            await FetchAsync(client, file, address, part, cancellation).ConfigureAwait(false);
            string hash = part.Hash();
            if (hash.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                part.Finish(hash);
                return;
            }

            part.Restart();
            if (!resumed)
            {
                throw new DownloadFailure($"SHA-256 {hash}; wanted {file.Sha256}. The file on the server is not the published one.");
            }
        }
    }

    private async Task FetchAsync(HttpClient client, RemoteFile file, Uri address, PartFile part, CancellationToken cancellation)
    {
        if (part.Length > file.Size)
        {
            part.Restart();
        }

        // Only bytes never reached before are progress: a server may start over again and again.
        long reached = part.Length;
        for (int attempt = 1; part.Length < file.Size;)
        {
            try
            {
                await FetchOnceAsync(client, file, address, part, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (IsDropped(e, cancellation))
            {
                attempt = part.Length > reached ? 1 : attempt + 1;
                reached = Math.Max(reached, part.Length);
                if (attempt > options.Attempts || !_connected)
                {
                    throw new DownloadFailure(
                        $"{Reason(e)} ({part.Length} of {file.Size} bytes are kept; the same command goes on from there).");
                }

                await Task.Delay(options.Pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task FetchOnceAsync(HttpClient client, RemoteFile file, Uri address, PartFile part, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(options.StallTimeout);
        using HttpRequestMessage request = Request(address, part);
        using HttpResponseMessage response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
        _connected = true;
        Prepare(response, file, part);
        using Stream content = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        byte[] buffer = new byte[BufferSize];
        long reported = part.Length;
        while (await content.ReadAsync(buffer, stall.Token).ConfigureAwait(false) is var read and > 0)
        {
            stall.CancelAfter(options.StallTimeout);
            if (part.Length + read > file.Size)
            {
                part.Restart();
                throw new DownloadFailure(
                    $"more than the {file.Size} bytes wanted arrive. The file on the server is not the published one.");
            }

            await part.AppendAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            if (part.Length - reported >= ReportEvery || part.Length == file.Size)
            {
                reported = part.Length;
                progress?.Report(new DataProgressed($"downloading {file.Name}", reported, file.Size));
            }
        }

        if (part.Length < file.Size)
        {
            throw new IOException($"the connection ended after {part.Length} of {file.Size} bytes");
        }
    }

    private static HttpRequestMessage Request(Uri address, PartFile part)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (part.Length == 0)
        {
            return request;
        }

        request.Headers.Range = new RangeHeaderValue(part.Length, null);
        if (part.Validator is { } validator)
        {
            request.Headers.TryAddWithoutValidation("If-Range", validator);
        }

        return request;
    }

    /// <summary>Decides from the status whether the answer goes on (206) or starts over (200).</summary>
    private static void Prepare(HttpResponseMessage response, RemoteFile file, PartFile part)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                part.Restart();
                break;
            case HttpStatusCode.PartialContent when range?.From == part.Length && (range.Length is null || range.Length == file.Size):
                break;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable when part.Length > 0:
                long position = part.Length;
                part.Restart();
                throw new IOException($"the server cannot go on from byte {position} (it answers {range})");
            default:
                throw new DownloadFailure($"the server answers {(int)response.StatusCode} {response.ReasonPhrase}.");
        }

        if (response.Content.Headers.ContentLength is { } length && part.Length + length != file.Size)
        {
            throw new DownloadFailure(
                $"the server announces {part.Length + length} bytes; wanted {file.Size}. The file on the server is not the published one.");
        }

        part.Validator = response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : response.Content.Headers.LastModified?.ToString("R");
    }

    private static bool IsDropped(Exception e, CancellationToken cancellation) => !cancellation.IsCancellationRequested
        && e is HttpRequestException or IOException or OperationCanceledException;

    private string Reason(Exception e) => e is OperationCanceledException
        ? $"no answer within {(_connected ? options.StallTimeout : options.ConnectTimeout).TotalSeconds} s"
        : e.Message;

    /// <summary>This address does not deliver the file; the next one may.</summary>
    private sealed class DownloadFailure(string message) : Exception(message);
}
