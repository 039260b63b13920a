using System.Text.Json.Nodes;
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

        foreach (IGrouping<string, MeasuredNetwork> group in estimate.Measured.GroupBy(network => network.Conditions))
        {
            Table measured = Tables.Create("network", "#start", "#training, images/s", "#inference, images/s", "#memory").Title($"measured: {group.Key}");
            foreach (MeasuredNetwork network in group)
            {
                Measurement measurement = network.Measurement;
                measured.AddRow([
                    .. new[]
                    {
                        network.Architecture.ToString(), ProgressText.Duration(measurement.Start), $"{1 / measurement.Train:N0}", $"{1 / measurement.Infer:N0}", Size(measurement.Bytes),
                    }.Select(Tables.Text)]);
            }

            terminal.Result.Write(measured);
        }

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
        ["measured"] = new JsonArray([.. estimate.Measured.Select(network => new JsonObject
        {
            ["conditions"] = network.Conditions,
            ["architecture"] = network.Architecture.ToString(),
            ["start_seconds"] = network.Measurement.Start,
            ["train_images_per_second"] = 1 / network.Measurement.Train,
            ["inference_images_per_second"] = 1 / network.Measurement.Infer,
            ["memory_bytes"] = network.Measurement.Bytes,
        })]),
        ["notes"] = new JsonArray([.. estimate.Notes.Select(note => JsonValue.Create(note))]),
    };
}
