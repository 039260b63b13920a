using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Estimation;
using ActiveInas.Runs;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>An estimate for people and programs.</summary>
internal static class EstimateView
{
    public static void Write(Terminal terminal, Estimate estimate, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(Document(estimate)));
            return;
        }

        Table measured = Tables.Create("network", "#start", "#training, images/s", "#inference, images/s", "#memory").Title("measured, one run beside the others");
        foreach ((Architecture architecture, Measurement measurement) in estimate.Measured)
        {
            measured.AddRow(
                Tables.Text(architecture.ToString()), Tables.Text(ProgressText.Duration(measurement.Start)), Tables.Text($"{1 / measurement.Train:N0}"), Tables.Text($"{1 / measurement.Infer:N0}"), Tables.Text(Size(measurement.Bytes)));
        }

        terminal.Result.Write(measured);
        Table methods = Tables.Create("method", "#runs", "#search", "#training", "#test", "#query", "#in all", "#least", "#most").Title("time of all runs, one after the other");
        foreach (MethodEstimate method in estimate.Methods)
        {
            StageSeconds seconds = method.Seconds;
            methods.AddRow([
                Tables.Text(method.Name), Tables.Text($"{method.Runs}"),
                .. new[] { seconds.Search, seconds.Train, seconds.Test, seconds.Query, seconds.Total, method.Least, method.Most }.Select(value => Tables.Text(ProgressText.Duration(value)))]);
        }

        terminal.Result.Write(methods);
        Tables.Fact(terminal.Result, "runs", $"{estimate.Runs} to do, {estimate.Finished} finished; {estimate.Jobs} at a time with {estimate.Threads} threads each");
        Tables.Fact(
            terminal.Result, "time", $"{ProgressText.Duration(estimate.Seconds)} (from {ProgressText.Duration(estimate.LeastSeconds)} if nothing grows to {ProgressText.Duration(estimate.MostSeconds)} if all grow most)");
        Tables.Fact(terminal.Result, "memory", Size(estimate.Memory));
        Tables.Fact(terminal.Result, "disk", $"{Size(estimate.Disk)} in the end, {Size(estimate.PeakDisk)} at most");
        foreach (string note in estimate.Notes)
        {
            Tables.Fact(terminal.Result, "note", note);
        }
    }

    private static string Size(double bytes) => bytes >= 1e9 ? $"{bytes / 1e9:0.0} GB" : $"{bytes / 1e6:N0} MB";

    private static JsonObject Document(Estimate estimate) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["runs"] = estimate.Runs,
        ["finished"] = estimate.Finished,
        ["jobs"] = estimate.Jobs,
        ["threads"] = estimate.Threads,
        ["seconds"] = estimate.Seconds,
        ["least_seconds"] = estimate.LeastSeconds,
        ["most_seconds"] = estimate.MostSeconds,
        ["memory_bytes"] = estimate.Memory,
        ["disk_bytes"] = estimate.Disk,
        ["peak_disk_bytes"] = estimate.PeakDisk,
        ["methods"] = new JsonArray([.. estimate.Methods.Select(method => new JsonObject
        {
            ["name"] = method.Name,
            ["runs"] = method.Runs,
            ["search_seconds"] = method.Seconds.Search,
            ["train_seconds"] = method.Seconds.Train,
            ["test_seconds"] = method.Seconds.Test,
            ["query_seconds"] = method.Seconds.Query,
            ["seconds"] = method.Seconds.Total,
            ["least_seconds"] = method.Least,
            ["most_seconds"] = method.Most,
        })]),
        ["measured"] = new JsonArray([.. estimate.Measured.Select(pair => new JsonObject
        {
            ["architecture"] = pair.Key.ToString(),
            ["start_seconds"] = pair.Value.Start,
            ["train_images_per_second"] = 1 / pair.Value.Train,
            ["inference_images_per_second"] = 1 / pair.Value.Infer,
            ["memory_bytes"] = pair.Value.Bytes,
        })]),
        ["notes"] = new JsonArray([.. estimate.Notes.Select(note => JsonValue.Create(note))]),
    };
}
