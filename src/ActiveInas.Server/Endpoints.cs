using ActiveInas.Data;
using ActiveInas.Data.Images;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Statistics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace ActiveInas.Server;

/// <summary>The routes under /api/v1.</summary>
internal static class Endpoints
{
    private const int MostAtOnce = 100;
    private const int MostListed = 1000;

    /// <summary>Adds them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1");
        api.MapGet("session", (HttpContext context, Access access) => access.Session(context)).WithSummary("The antiforgery value and the labeller's name.");
        api.MapPost("session", (HttpContext context, Access access, NameBody body) => access.Rename(context, body.Labeller ?? body.Name ?? "")).WithSummary("Names the labeller.");
        api.MapGet("project", Project).WithSummary("What the project is.");
        api.MapGet("next", NextAsync).WithSummary("The next images, leased to the labeller.");
        api.MapPost("labels", AnswerAsync).WithSummary("Answers a lease: label, skip or bad.");
        api.MapPost("release", Release).WithSummary("Gives leases back.");
        api.MapPost("undo", UndoAsync).WithSummary("Takes back the labeller's last answer; the same key again takes back no other.");
        api.MapGet("history", History).WithSummary("What was said, newest first.");
        api.MapPost("images/{id:int}/label", RelabelAsync).WithSummary("Says something else of an image; the same key again says it no second time.");
        api.MapGet("review", Review).WithSummary("Images to look at again: doubt, duplicates, skipped or bad.");
        api.MapGet("status", (ProjectHost host) => host.Status()).WithSummary("Where the project stands.");
        api.MapGet("events", (ProjectHost host, IHostApplicationLifetime server, CancellationToken cancellation) => TypedResults.ServerSentEvents(host.WatchAsync(server.ApplicationStopping, cancellation), "status")).WithSummary("The status, whenever it changes.");
        api.MapGet("dashboard", Dashboard).WithSummary("Rounds, classes, confusion, log.");
        api.MapPost("classes", async (ProjectHost host, NameBody body) => await ChangedAsync(host, host.Project.AddClassAsync(body.Name ?? "")).ConfigureAwait(false)).WithSummary("Adds a class.");
        api.MapPatch("classes/{id:int}", async (ProjectHost host, int id, NameBody body) => await ChangedAsync(host, host.Project.RenameClassAsync(id, body.Name ?? "")).ConfigureAwait(false)).WithSummary("Renames a class.");
        LabelFiles.Map(api);
    }

    private static ProjectView Project(ProjectHost host)
    {
        LabellingProject project = host.Project;
        return new ProjectView(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(project.Source)),
            project.Images,
            project.Classes,
            project.Configuration.Initial,
            project.Configuration.Batch.BatchFor(0),
            project.Configuration.Budget,
            new AuditView(AccuracyEstimate.Fewest, project.Audited),
            LabelFormats.Names);
    }

    private static async Task<IReadOnlyList<LabelItem>> NextAsync(HttpContext context, ProjectHost host, Access access, Images images, int n = 1)
    {
        IReadOnlyList<LabelTask> tasks = await host.Project.NextAsync(access.Labeller(context), Math.Clamp(n, 1, MostAtOnce)).ConfigureAwait(false);
        return [.. tasks.Select(images.Item)];
    }

    private static async Task<AnswerOutcome> AnswerAsync(HttpContext context, ProjectHost host, Access access, Metrics metrics, AnswerBody body)
    {
        string lease = body.Lease ?? throw new LabellingException(LabellingFault.Invalid, "The answer names no lease.");
        AnswerOutcome outcome = await host.Project.AnswerAsync(
            access.Labeller(context), lease, ActionOf(body.Action), body.Class, body.Ms, body.Suggested).ConfigureAwait(false);
        metrics.Answered(body.Action!);
        host.Changed();
        return outcome;
    }

    private static NoContent Release(HttpContext context, ProjectHost host, Access access, ReleaseBody body)
    {
        host.Project.Release(access.Labeller(context), body.Leases ?? []);
        return TypedResults.NoContent();
    }

    private static async Task<UndoneItem> UndoAsync(HttpContext context, ProjectHost host, Access access, Images images, UndoBody? body = null)
    {
        UndoneTask undone = await host.Project.UndoAsync(access.Labeller(context), body?.Key).ConfigureAwait(false)
            ?? throw new LabellingException(LabellingFault.Conflict, "There is nothing to take back.");
        host.Changed();
        LabelItem item = images.Item(undone.Task);
        return new UndoneItem(item.Lease, item.Id, item.Url, item.Width, item.Height, item.Suggested, item.Round, item.Reason, item.Score, item.Expires, undone.Action, undone.Class);
    }

    private static IReadOnlyList<HistoryView> History(HttpContext context, ProjectHost host, Access access, Images images, int n = 50, bool all = false)
        => [.. host.Project.History(all ? null : access.Labeller(context), Math.Clamp(n, 1, MostListed)).Select(images.View)];

    private static async Task<AnswerOutcome> RelabelAsync(HttpContext context, ProjectHost host, Access access, int id, CorrectionBody body)
        => await ChangedAsync(host, host.Project.RelabelAsync(access.Labeller(context), id, ActionOf(body.Action), body.Class, body.Ms, body.Key)).ConfigureAwait(false);

    private static IReadOnlyList<ReviewView> Review(ProjectHost host, Images images, string kind, int n = 50)
        => Enum.TryParse(kind, ignoreCase: true, out ReviewKind wanted) && Enum.IsDefined(wanted)
            ? [.. host.Project.Review(wanted, Math.Clamp(n, 1, MostListed)).Select(images.View)]
            : throw new LabellingException(LabellingFault.Invalid, $"There is no review '{kind}'; wanted doubt, duplicates, skipped or bad.");

    private static DashboardView Dashboard(ProjectHost host)
    {
        ProjectDashboard dashboard = host.Project.Dashboard();
        return new DashboardView(dashboard.Rounds, dashboard.Classes, dashboard.Confusion, dashboard.ArchitecturePath, host.Log);
    }

    private static async Task<T> ChangedAsync<T>(ProjectHost host, Task<T> change)
    {
        T result = await change.ConfigureAwait(false);
        host.Changed();
        return result;
    }

    private static LabelAction ActionOf(string? text)
        => Enum.TryParse(text, ignoreCase: true, out LabelAction action) && Enum.IsDefined(action)
            ? action
            : throw new LabellingException(LabellingFault.Invalid, $"'{text}' is no answer; wanted label, skip or bad.");
}

/// <summary>Body of an answer.</summary>
internal sealed record AnswerBody(string? Lease, string? Class, string? Action, int? Ms, bool Suggested);

/// <summary>Body of an answer to an image that was looked at before; the key names the request.</summary>
internal sealed record CorrectionBody(string? Class, string? Action, int? Ms, string? Key);

/// <summary>Body of an undo; the key names the request.</summary>
internal sealed record UndoBody(string? Key);

/// <summary>Leases that are given back.</summary>
internal sealed record ReleaseBody(IReadOnlyList<string>? Leases);

/// <summary>A name of a class or of a labeller.</summary>
internal sealed record NameBody(string? Name, string? Labeller);

/// <summary>Images of the audit.</summary>
/// <param name="Wanted">Labels that an estimate needs at least.</param>
/// <param name="Reserved">Images that are never learnt.</param>
internal sealed record AuditView(int Wanted, int Reserved);

/// <summary>What the project is.</summary>
internal sealed record ProjectView(
    string Name, int Images, IReadOnlyList<LabelClass> Classes, int Initial, int Batch, int Budget, AuditView Audit, IReadOnlyList<string> Formats);

/// <summary>The dashboard.</summary>
internal sealed record DashboardView(
    IReadOnlyList<ProjectRound> Rounds, IReadOnlyList<ClassAccuracy> Classes, ConfusionMatrix Confusion, IReadOnlyList<string> ArchitecturePath, IReadOnlyList<LogLine> Log);

/// <summary>An image to label.</summary>
internal sealed record LabelItem(
    string Lease, int Id, string Url, int Width, int Height, IReadOnlyList<Suggestion> Suggested, int Round, string Reason, double? Score, DateTimeOffset Expires);

/// <summary>An image that is back.</summary>
internal sealed record UndoneItem(
    string Lease, int Id, string Url, int Width, int Height, IReadOnlyList<Suggestion> Suggested, int Round, string Reason, double? Score, DateTimeOffset Expires, LabelAction Action, string? Class);

/// <summary>What was said of an image.</summary>
internal sealed record HistoryView(
    int Id, string Url, int Width, int Height, string? Class, LabelAction Action, string Labeller, DateTimeOffset Time, int? Ms, int Round, string Reason);

/// <summary>An image to look at again.</summary>
internal sealed record ReviewView(
    int Id, string Url, int Width, int Height, string? Class, LabelAction Action, IReadOnlyList<Suggestion> Suggested, double? Quality, string? Group);
