using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Learning;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Store;

namespace ActiveInas.Runs.Output;

/// <summary>The files that are made from run.db. Each is replaced atomically, so they can be made again at any time.</summary>
internal sealed class OutputFiles(RunFolder folder, RunStore store)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JsonStyle.Encoder };
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JsonStyle.Encoder };

    /// <summary>Makes all of them.</summary>
    public void WriteAll()
    {
        RunRow run = store.FindRun() ?? throw new InvalidOperationException("The store holds no run.");
        AtomicFile.WriteText(folder.Configuration, run.Configuration.TrimEnd() + "\n");
        AtomicFile.WriteText(folder.Environment, JsonNode.Parse(run.Environment)!.ToJsonString(s_indented) + "\n");
        foreach (QuerySummary query in store.Queries())
        {
            WriteQuery(query.Round);
        }

        WriteRounds();
    }

    /// <summary>queries/round_NN.csv.</summary>
    public void WriteQuery(int round)
    {
        StringBuilder text = new StringBuilder().AppendCsv("id", "path", "score", "rank");
        foreach (QueryLine line in store.QueryLines(round))
        {
            text.AppendCsv(line.Sample, line.Path, line.Score, line.Rank);
        }

        AtomicFile.WriteText(folder.Query(round), text.ToString());
    }

    /// <summary>rounds.csv, metrics.jsonl and tb/.</summary>
    public void WriteRounds()
    {
        IReadOnlyList<RoundRecord> rounds = store.Rounds();
        AtomicFile.WriteText(folder.Rounds, RoundsCsv(rounds));
        AtomicFile.WriteText(folder.Metrics, MetricLines(rounds));
        TensorBoardFile.Write(folder.TensorBoard, TensorBoardFile.Build(rounds, store.RoundTimes()));
    }

    private string RoundsCsv(IReadOnlyList<RoundRecord> rounds)
    {
        StringBuilder text = new StringBuilder().AppendCsv(
            ["round", "labels", "blocks", "stacks", .. RoundMetrics.All.Select(metric => metric.Key), "query", "query_seconds"]);
        ILookup<int, QuerySummary> queries = store.Queries().ToLookup(query => query.Round);
        foreach (RoundRecord round in rounds)
        {
            QuerySummary? query = queries[round.Round].SingleOrDefault();
            text.AppendCsv([
                round.Round, round.Labels, round.Architecture.Blocks, round.Architecture.Stacks,
                .. RoundMetrics.All.Select(metric => metric.Field(round)), query?.Strategy, query?.Seconds]);
        }

        return text.ToString();
    }

    private string MetricLines(IReadOnlyList<RoundRecord> rounds)
    {
        StringBuilder text = new();
        foreach (RoundRecord round in rounds)
        {
            JsonObject line = new()
            {
                ["round"] = round.Round,
                ["labels"] = round.Labels,
                ["architecture"] = round.Architecture.ToString(),
            };
            line.AddMetrics(round);
            line["test_class_accuracy"] = round.Test is null ? null : new JsonArray([.. round.Test.ClassAccuracy.Select(value => JsonStyle.Number(value))]);
            line["test_class_predictions"] = round.Test is not { Classes.Count: > 0 } test ? null : new JsonArray([.. test.Classes.Select(result => JsonValue.Create(result.Predicted))]);
            text.Append(line.ToJsonString(s_line)).Append('\n');
        }

        foreach (IGrouping<(string Key, long Step), MetricRow> point in store.Metrics().GroupBy(row => (row.Key, row.Step)))
        {
            JsonObject line = new() { ["training"] = point.Key.Key, ["step"] = point.Key.Step };
            foreach (MetricRow row in point)
            {
                line[row.Name] = JsonStyle.Number(row.Value);
            }

            text.Append(line.ToJsonString(s_line)).Append('\n');
        }

        return text.ToString();
    }
}
