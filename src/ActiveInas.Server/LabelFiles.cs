using System.IO.Compression;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace ActiveInas.Server;

/// <summary>Labels, model and report as files.</summary>
internal static class LabelFiles
{
    // Labels of a million images in the wordiest format.
    private const long LargestImport = 512L << 20;
    private const int MostEntries = 2_000_000;

    /// <summary>Adds the routes.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("export", ExportAsync).WithSummary("The labels as a file.");
        api.MapPost("import", ImportAsync).WithSummary("Takes the labels of a file.").Accepts<byte[]>("application/octet-stream");
        api.MapGet("model", Model).WithSummary("The last trained network, safetensors.");
    }

    /// <summary>GET /report.</summary>
    public static async Task<IResult> ReportAsync(HttpContext context, ProjectHost host, CancellationToken cancellation)
    {
        if (host.Project.Status().ModelRound is null)
        {
            throw new LabellingException(LabellingFault.Unknown, "There is no report before the first network is trained.");
        }

        Report report = await Report.CreateAsync(ReportInput.OfRuns([host.Project.Root]), cancellation: cancellation).ConfigureAwait(false);
        context.Response.Headers.ContentSecurityPolicy = Headers.ReportPolicy;
        return Results.Content(report.ToHtml(), "text/html; charset=utf-8");
    }

    private static async Task<IResult> ExportAsync(HttpContext context, ProjectHost host, string format, CancellationToken cancellation)
    {
        if (!LabelFormats.Names.Contains(format))
        {
            throw new LabellingException(LabellingFault.Invalid, $"'{format}' is no format of labels; wanted one of {string.Join(", ", LabelFormats.Names)}.");
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("ainas-export-");
        context.Response.OnCompleted(() =>
        {
            folder.Delete(recursive: true);
            return Task.CompletedTask;
        });
        string name = LabelFormats.DefaultName(format);
        string path = Path.Combine(folder.FullName, name);
        await Task.Run(() => host.Project.Export(format, path, cancellation), cancellation).ConfigureAwait(false);
        if (!LabelFormats.IsFolder(format))
        {
            return Results.File(path, "application/octet-stream", name);
        }

        string zip = path + ".zip";
        await ZipFile.CreateFromDirectoryAsync(path, zip, CompressionLevel.Fastest, includeBaseDirectory: true, cancellation).ConfigureAwait(false);
        return Results.File(zip, "application/zip", name + ".zip");
    }

    private static async Task<ImportView> ImportAsync(HttpContext context, ProjectHost host, string? format, CancellationToken cancellation, bool addClasses = false)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = LargestImport;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ainas-import-");
        try
        {
            string path = Path.Combine(folder.FullName, "labels");
            await using (FileStream file = File.Create(path))
            {
                await context.Request.Body.CopyToAsync(file, cancellation).ConfigureAwait(false);
            }

            if (new FileInfo(path).Length == 0)
            {
                throw new LabellingException(LabellingFault.Invalid, "The file is empty; wanted one that holds labels, as the body of the request.");
            }

            LabelImport labels = await Task.Run(() => host.Project.ReadLabels(Unpacked(path), format).OrThrow(), cancellation).ConfigureAwait(false);
            ImportOutcome outcome = await host.Project.ImportAsync(labels, addClasses).ConfigureAwait(false);
            host.Changed();
            return new ImportView(outcome.Imported, outcome.Unchanged, outcome.Conflicts, outcome.Unknown, labels.Notices);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The folder in a zip, as an export of several files is; else the file.</summary>
    private static string Unpacked(string path)
    {
        if (!ImportArchive.IsZip(path))
        {
            return path;
        }

        string folder = path + "-unpacked";
        new ImportArchive(LargestImport, MostEntries).Unpack(path, folder);
        string[] inside = Directory.GetFileSystemEntries(folder);
        return inside is [string only] && Directory.Exists(only) ? only : folder;
    }

    private static IResult Model(ProjectHost host) => host.Project.Model is { } path
        ? Results.File(File.OpenRead(path), "application/octet-stream", "model.safetensors")
        : throw new LabellingException(LabellingFault.Unknown, "No network is trained yet: label the first images.");
}

/// <summary>What an import did.</summary>
internal sealed record ImportView(int Imported, int Unchanged, IReadOnlyList<string> Conflicts, IReadOnlyList<string> Unknown, IReadOnlyList<string> Notices);
