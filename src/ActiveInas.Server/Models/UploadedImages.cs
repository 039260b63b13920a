using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ActiveInas.Server.Models;

/// <summary>A file that came with a request.</summary>
internal sealed record UploadedImage(string Name, byte[] File);

/// <summary>Reads the images of a request, in memory: the server bounds its length.</summary>
internal static class UploadedImages
{
    private const int MostImages = 1000;
    private const int LongestBoundary = 200;

    /// <summary>All of them, in the order in which they were sent.</summary>
    /// <exception cref="BadHttpRequestException">There is none, or the body is malformed.</exception>
    public static async Task<IReadOnlyList<UploadedImage>> ReadAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
        {
            throw Unsupported(request.ContentType);
        }

        IReadOnlyList<UploadedImage> images = type.MediaType.Value?.ToUpperInvariant() switch
        {
            "MULTIPART/FORM-DATA" => await FormAsync(request, type).ConfigureAwait(false),
            "APPLICATION/JSON" => await JsonAsync(request).ConfigureAwait(false),
            "APPLICATION/OCTET-STREAM" => await BodyAsync(request).ConfigureAwait(false),
            _ when type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) => await BodyAsync(request).ConfigureAwait(false),
            _ => throw Unsupported(request.ContentType),
        };
        return images.Count is > 0 and <= MostImages
            ? images
            : throw new BadHttpRequestException($"The request holds {images.Count} images; wanted 1 to {MostImages}.");
    }

    private static BadHttpRequestException Unsupported(string? type) => new(
        $"The body is {(string.IsNullOrEmpty(type) ? "of no named type" : $"'{type}'")}; wanted image/* or application/octet-stream (one image), multipart/form-data (files) or application/json.",
        StatusCodes.Status415UnsupportedMediaType);

    private static async Task<IReadOnlyList<UploadedImage>> BodyAsync(HttpRequest request)
        => await BytesAsync(request.Body, request.HttpContext.RequestAborted).ConfigureAwait(false) is { Length: > 0 } file ? [new UploadedImage("image", file)] : [];

    private static async Task<IReadOnlyList<UploadedImage>> JsonAsync(HttpRequest request)
    {
        PredictBody? body;
        try
        {
            body = await request.ReadFromJsonAsync<PredictBody>(request.HttpContext.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException($"The body is no JSON of the form {{\"images\": [{{\"name\": \"a.jpg\", \"data\": \"base64\"}}]}}: {exception.Message}", exception);
        }

        IReadOnlyList<PredictImage> images = body?.Images ?? [];
        return [.. images.Select((image, index) => new UploadedImage(
            image?.Name ?? index.ToString(CultureInfo.InvariantCulture),
            image?.Data ?? throw new BadHttpRequestException($"Image {index} has no data; wanted the file in base64.")))];
    }

    private static async Task<IReadOnlyList<UploadedImage>> FormAsync(HttpRequest request, MediaTypeHeaderValue type)
    {
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value ?? "";
        if (boundary.Length is 0 or > LongestBoundary)
        {
            throw new BadHttpRequestException("The form names no boundary between its parts.");
        }

        List<UploadedImage> images = [];
        try
        {
            MultipartReader reader = new(boundary, request.Body);
            while (await reader.ReadNextSectionAsync(request.HttpContext.RequestAborted).ConfigureAwait(false) is { } section)
            {
                // A field without a file name is no image: browsers and curl send such beside files.
                if (section.AsFileSection() is { FileStream: { } stream, FileName: var name })
                {
                    images.Add(new UploadedImage(name, await BytesAsync(stream, request.HttpContext.RequestAborted).ConfigureAwait(false)));
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadHttpRequestException($"The form is malformed: {exception.Message}", exception);
        }

        return images;
    }

    private static async Task<byte[]> BytesAsync(Stream stream, CancellationToken cancellation)
    {
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy, cancellation).ConfigureAwait(false);
        return copy.ToArray();
    }
}
