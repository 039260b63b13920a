using System.Net.Http.Headers;
using ActiveInas.Data;

namespace ActiveInas.Server.Models;

/// <summary>
/// The images of Label Studio's tasks: in the task itself (data:), in the folder of its local storage, or fetched from that Label Studio. Nothing else is read or fetched, whatever a task
/// names: who may ask for predictions must not reach files and servers by it.
/// </summary>
internal sealed class TaskImages : IDisposable
{
    private const string LocalFiles = "/data/local-files/";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly ModelServerOptions _options;
    private readonly HttpClient _client;

    /// <param name="options">Folder and address.</param>
    public TaskImages(ModelServerOptions options)
    {
        _options = options;

        // A redirection would lead elsewhere.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = s_patience, MaxResponseContentBufferSize = options.LargestBody };
        if (options.LabelStudioKey is { } key)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Token", key);
        }
    }

    /// <summary>The file that a task names.</summary>
    /// <exception cref="DataException">It is not there, or may not be read.</exception>
    public async Task<byte[]> ReadAsync(string address, CancellationToken cancellation)
    {
        if (address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return Inline(address);
        }

        if (address.StartsWith(LocalFiles, StringComparison.Ordinal) && _options.Files is { } files)
        {
            return await FileAsync(files, address, cancellation).ConfigureAwait(false);
        }

        return await FetchAsync(address, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static byte[] Inline(string address)
    {
        int comma = address.IndexOf(',', StringComparison.Ordinal);
        try
        {
            return comma >= 0 && address[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase)
                ? Convert.FromBase64String(address[(comma + 1)..])
                : throw new DataException("the image in the task is not base64");
        }
        catch (FormatException exception)
        {
            throw new DataException($"the image in the task is not base64: {exception.Message}", exception);
        }
    }

    private static async Task<byte[]> FileAsync(string files, string address, CancellationToken cancellation)
    {
        string? named = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(new Uri("http://localhost"), address).Query)["d"];
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(files)) + Path.DirectorySeparatorChar;
        string path = Path.GetFullPath(Path.Combine(root, named ?? ""));
        if (!path.StartsWith(root, StringComparison.Ordinal))
        {
            throw new DataException($"'{named}' lies outside of the folder of the tasks' files");
        }

        try
        {
            return await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{named}' cannot be read in the folder of the tasks' files: {exception.Message}", exception);
        }
    }

    private async Task<byte[]> FetchAsync(string address, CancellationToken cancellation)
    {
        if (_options.LabelStudio is not { } studio)
        {
            throw new DataException($"'{address}' is not fetched: no Label Studio was named when this server was started");
        }

        if (!Uri.TryCreate(studio, address, out Uri? full) || full.GetLeftPart(UriPartial.Authority) != studio.GetLeftPart(UriPartial.Authority))
        {
            throw new DataException($"'{address}' is not fetched: images come from {studio.GetLeftPart(UriPartial.Authority)} only");
        }

        try
        {
            using HttpResponseMessage response = await _client.GetAsync(full, cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false)
                : throw new DataException($"{full} answered {(int)response.StatusCode}{(response.StatusCode is System.Net.HttpStatusCode.Unauthorized ? ": the access token of Label Studio is missing or wrong" : "")}");
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new DataException($"{full} cannot be fetched: {exception.Message}", exception);
        }
    }
}
