using System.Text.Json.Nodes;
using ActiveInas.Runs.Estimation;
using ActiveInas.Runs.Output;
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
                        network.Architecture.ToString(), NumberText.Duration(measurement.Start), $"{1 / measurement.Train:N0}", $"{1 / measurement.Infer:N0}", Size(measurement.Bytes),
                    }.Select(Tables.Text)]);
            }

            terminal.Result.Write(measured);
        }

        Table methods = Tables.Create("method", "#runs", "#search", "#training", "#test", "#query", "#in all", "#range").Title("mean time of all runs, one after the other");
        foreach (MethodEstimate method in estimate.Methods)
        {
            StageSeconds seconds = method.Stages;
            methods.AddRow([
                Tables.Text(method.Name), Tables.Text($"{method.Runs}"),
                .. new[] { seconds.Search, seconds.Train, seconds.Test, seconds.Query, seconds.Total }.Select(value => Tables.Text(NumberText.Duration(value))),
                Tables.Text(Range(method.Seconds, NumberText.Duration))]);
        }

        terminal.Result.Write(methods);
        Tables.Fact(terminal.Result, "runs", $"{estimate.Runs} to do, {estimate.Finished} finished; {estimate.Jobs} at a time with {estimate.Threads} threads each");
        Tables.Fact(terminal.Result, "time", Text(estimate.Seconds, NumberText.Duration));
        Tables.Fact(terminal.Result, "memory", Text(estimate.Memory, Size));
        Tables.Fact(terminal.Result, "disk", $"{Text(estimate.Disk, Size)}; with checkpoints no more than {Size(estimate.PeakDisk.Median)}");
        foreach (string note in estimate.Notes)
        {
            Tables.Fact(terminal.Result, "note", note);
        }
    }

    private static string Text(Prediction prediction, Func<double, string> text)
        => text(prediction.Median) + (prediction.IsSure ? "" : $" ({Range(prediction, text)})");

    private static string Range(Prediction prediction, Func<double, string> text)
        => prediction.IsSure ? text(prediction.Median) : $"{text(prediction.Low)} to {text(prediction.High)}";

    private static string Size(double bytes) => bytes >= 1e9 ? $"{bytes / 1e9:0.0} GB" : $"{bytes / 1e6:N0} MB";

    private static JsonObject Document(Estimate estimate)
    {
        JsonObject document = new()
        {
            ["schema_version"] = RunDocument.SchemaVersion,
            ["runs"] = estimate.Runs,
            ["finished"] = estimate.Finished,
            ["jobs"] = estimate.Jobs,
            ["threads"] = estimate.Threads,
        };
        Add(document, "seconds", estimate.Seconds);
        Add(document, "memory_bytes", estimate.Memory);
        Add(document, "disk_bytes", estimate.Disk);
        Add(document, "peak_disk_bytes", estimate.PeakDisk);
        document["methods"] = new JsonArray([.. estimate.Methods.Select(Document)]);
        document["measured"] = new JsonArray([.. estimate.Measured.Select(Document)]);
        document["notes"] = new JsonArray([.. estimate.Notes.Select(note => JsonValue.Create(note))]);
        return document;
    }

    private static JsonObject Document(MethodEstimate method)
    {
        JsonObject document = new()
        {
            ["name"] = method.Name,
            ["runs"] = method.Runs,
            ["search_seconds"] = method.Stages.Search,
            ["train_seconds"] = method.Stages.Train,
            ["test_seconds"] = method.Stages.Test,
            ["query_seconds"] = method.Stages.Query,
        };
        Add(document, "seconds", method.Seconds);
        return document;
    }

    private static JsonObject Document(MeasuredNetwork network) => new()
    {
        ["conditions"] = network.Conditions,
        ["architecture"] = network.Architecture.ToString(),
        ["start_seconds"] = network.Measurement.Start,
        ["train_images_per_second"] = 1 / network.Measurement.Train,
        ["inference_images_per_second"] = 1 / network.Measurement.Infer,
        ["memory_bytes"] = network.Measurement.Bytes,
    };

    private static void Add(JsonObject document, string name, Prediction prediction)
    {
        document[name] = prediction.Median;
        document["low_" + name] = prediction.Low;
        document["high_" + name] = prediction.High;
    }
}
