using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using ActiveInas.Architectures;
using ActiveInas.Cli.Benchmarking;
using ActiveInas.Cli.Views;
using ActiveInas.Kernels;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas bench</c>: how fast networks train and infer here, and what share of the machine's limits that is; with
/// <c>--queries</c>, how long queries take.</summary>
internal static partial class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        BenchmarkOptions defaults = new();
        Option<string?> networks = new("--networks")
        {
            Description = $"architectures to measure (default: {string.Join(',', defaults.Networks)})",
            HelpName = "A(I,J),...",
        };
        Option<string?> batch = new("--batch") { Description = $"images of a training step (default: {defaults.Batch})", HelpName = "N" };
        Option<string?> inferenceBatches = new("--inference-batch")
        {
            Description = $"batches to try for inference; the fastest counts (default: {string.Join(',', defaults.InferenceBatches)})",
            HelpName = "N,...",
        };
        Option<string?> seconds = new("--seconds") { Description = $"time for each figure (default: {defaults.Seconds})", HelpName = "S" };
        Option<string?> kernels = new("--kernels") { Description = "row of 'ainas info' to measure (default: auto, the one in use)", HelpName = "NAME|auto" };
        Option<bool> trainOnly = new("--train-only") { Description = "measure no inference" };
        Option<bool> inferenceOnly = new("--inference-only") { Description = "measure no training" };
        Option<string?> queries = new("--queries")
        {
            Description = $"measure queries instead: {string.Join(", ", QueryBenchmarkOptions.Parts)} (default: all)",
            HelpName = "PART",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> scale = new("--scale") { Description = "with --queries: share of the sizes, 0..1 (default: 1)", HelpName = "S" };
        SettingOptions settings = new("threads");
        Command command = new("bench", "Measure training and inference of networks, and the limits of this machine; or queries.")
        {
            networks, batch, inferenceBatches, seconds, kernels, trainOnly, inferenceOnly, queries, scale,
        };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetResult(queries) is not null)
            {
                QueryBenchmarkOptions whole = new QueryBenchmarkOptions()
                {
                    Row = KernelSelection.Find(parsed.GetValue(kernels)),
                    Threads = Threads(settings, parsed),
                }.Only(parsed.GetValue(queries));
                MeasureQueries(
                    terminal, parsed.GetValue(scale) is { } share ? whole.Scaled(Number(scale, share)) : whole, parsed.GetValue(CommonOptions.Json), cancellation);
                return Task.FromResult(ExitCode.Ok);
            }

            if (parsed.GetValue(trainOnly) && parsed.GetValue(inferenceOnly))
            {
                throw new UsageException("--train-only and --inference-only exclude each other");
            }

            BenchmarkOptions options = (defaults with
            {
                Row = KernelSelection.Find(parsed.GetValue(kernels)),
                Threads = Threads(settings, parsed),
                Networks = parsed.GetValue(networks) is { } list ? Architectures(list) : defaults.Networks,
                Batch = parsed.GetValue(batch) is { } images ? Whole(batch, images) : defaults.Batch,
                InferenceBatches = parsed.GetValue(inferenceBatches) is { } sizes
                    ? [.. sizes.Split(',').Select(size => Whole(inferenceBatches, size))]
                    : defaults.InferenceBatches,
                Seconds = parsed.GetValue(seconds) is { } time ? Number(seconds, time) : defaults.Seconds,
                Training = !parsed.GetValue(inferenceOnly),
                Inference = !parsed.GetValue(trainOnly),
            }).Validate();
            Measure(terminal, options, parsed.GetValue(CommonOptions.Json));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static void Measure(Terminal terminal, BenchmarkOptions options, bool json)
    {
        // Lines and no bars: drawing them would take time from what is measured.
        BenchmarkReport report = new NetworkBenchmark(options, ProgressViews.Lines(terminal.Error)).Run();
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(BenchDocument.Of(report)));
        }
        else
        {
            BenchView.Write(terminal.Result, report);
        }
    }

    private static void MeasureQueries(Terminal terminal, QueryBenchmarkOptions options, bool json, CancellationToken cancellation)
    {
        List<QueryFigure> figures = [];
        foreach (QueryFigure figure in QueryBenchmark.Run(options, cancellation))
        {
            figures.Add(figure);
            terminal.Error.WriteLine($"{figure.Query}: {figure.Pool} samples in {figure.Seconds:F1} s");
        }

        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(QueryBenchView.Document(options, figures)));
        }
        else
        {
            QueryBenchView.Write(terminal.Result, options, figures);
        }
    }

    private static int Threads(SettingOptions settings, ParseResult parsed)
    {
        ConfigurationBuilder builder = new();
        settings.Apply(parsed, builder);
        return builder.ResolveValid().Threads;
    }

    /// <summary>Reads "A(1,1),A(2,4)".</summary>
    private static Architecture[] Architectures(string text) => [.. BetweenArchitectures().Split(text).Select(Architecture.Parse)];

    private static int Whole(Option option, string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new UsageException($"{option.Name} has '{text}'; it must be a whole number");

    private static double Number(Option option, string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new UsageException($"{option.Name} is '{text}'; it must be a number");

    [GeneratedRegex(@"(?<=\))\s*[,; ]\s*")]
    private static partial Regex BetweenArchitectures();
}
