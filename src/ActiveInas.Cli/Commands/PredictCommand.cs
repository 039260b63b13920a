using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Data.Trees;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Output;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas predict MODEL PATHS...</c>: what a trained network says of image files, one after the other.</summary>
internal static class PredictCommand
{
    private const int ProgressEvery = 128;

    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelOptions.Model();
        Argument<string[]> paths = new("PATHS") { Arity = ArgumentArity.OneOrMore, Description = "folders, archives (.zip, .tar, .tar.gz) and image files" };
        Option<string?> csv = new("--csv") { Description = "write a table: path, class, probability, problem", HelpName = "FILE" };
        Option<string?> parquet = new("--parquet") { Description = "write that table as a Parquet file", HelpName = "FILE" };
        Option<int> top = new("--top") { Description = "classes of each image, the most probable first (default: 1)", HelpName = "K", DefaultValueFactory = _ => 1 };
        Option<string?> embeddings = new("--embeddings") { Description = "write the pooled vectors of the images that could be read, a NumPy file [N, D]", HelpName = "FILE" };
        Option<string?> kernels = ModelOptions.Kernels();
        Option<int> threads = ModelOptions.Threads();
        Command command = new("predict", "Say which class images are of, by a trained network.") { model, paths, csv, parquet, top, embeddings, kernels, threads };
        command.SetAction(async (parsed, _) =>
        {
            int most = parsed.GetValue(top) is > 0 and var count ? count : throw new UsageException($"--top is {parsed.GetValue(top)}; it must be 1 or more");
            using Signals signals = new(terminal, stopping: null);
            using IDevice device = ModelOptions.Open(parsed, kernels, threads);
            using SavedModel loaded = SavedModel.Load(parsed.GetRequiredValue(model), device);
            ImageReader images = ImageReader.Open(parsed.GetRequiredValue(paths), signals.Token);
            most = Math.Min(most, loaded.Classes.Count);
            string? table = parsed.GetValue(csv), file = table ?? parsed.GetValue(parquet);
            bool json = parsed.GetValue(CommonOptions.Json);
            Func<IProgress<ProgressEvent>, Task<int>> work = progress => Task.Run(() => NamedFiles.Write("The predictions", "--csv, --parquet or --embeddings", () =>
                Run(loaded, images, new Outputs(terminal, json, table, parsed.GetValue(parquet), parsed.GetValue(embeddings), most), progress, signals.Token)));

            // A bar would tear the lines of stdout.
            int read = file is null || json ? await work(ProgressViews.Lines(terminal.Error)).ConfigureAwait(false) : await ProgressViews.WatchAsync(terminal, parsed, work).ConfigureAwait(false);
            if (file is not null && !json)
            {
                Tables.Fact(terminal.Result, "model", loaded.Path);
                ModelView.WriteNetwork(terminal.Result, loaded);
                Tables.Fact(terminal.Result, "predictions", $"{file}, {NumberText.Count(read)} images");
            }

            return read > 0 ? ExitCode.Ok : throw new DataException($"None of the {NumberText.Count(images.Count)} image files could be read: see the reasons above.");
        });
        return command;
    }

    private static int Run(SavedModel model, ImageReader images, Outputs outputs, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        int read = 0;
        InFile(outputs.Csv, csv => InFile(outputs.Parquet, parquet => InFile(outputs.Embeddings, embeddings =>
        {
            PredictionCsv? table = csv is null ? null : new PredictionCsv(csv, outputs.Top);
            EmbeddingFile? vectors = null;
            PredictionParquet? columns = parquet is null ? null : new PredictionParquet(parquet, outputs.Top);
            PredictionText? text = outputs.Json || (csv is null && parquet is null) ? new PredictionText(outputs.Terminal.Out, outputs.Json, model, outputs.Top) : null;
            int done = 0;
            foreach (ImagePrediction image in model.Predict(images, cancellation))
            {
                table?.Add(image);
                columns?.Add(image);
                text?.Add(image);
                if (image.Problem is { } problem)
                {
                    progress.Report(new Warning($"{image.Path}: {problem}"));
                }
                else if (embeddings is not null)
                {
                    vectors ??= new EmbeddingFile(embeddings, image.Embedding.Length);
                    vectors.Add(image.Embedding.Span);
                }

                read += image.Problem is null ? 1 : 0;
                if (++done % ProgressEvery == 0)
                {
                    progress.Report(new DataProgressed("and predicting images", Math.Min(done, images.Count), images.Count));
                }
            }

            text?.Finish();
            columns?.Finish();
            vectors?.Finish();
        })));
        return read;
    }

    private static void InFile(string? path, Action<Stream?> write)
    {
        if (path is null)
        {
            write(null);
        }
        else
        {
            AtomicFile.Write(path, write);
        }
    }

    /// <summary>Where predictions go.</summary>
    private sealed record Outputs(Terminal Terminal, bool Json, string? Csv, string? Parquet, string? Embeddings, int Top);

    /// <summary>Predictions on stdout: a line each, or one JSON document that is never held as a whole.</summary>
    private sealed class PredictionText
    {
        private readonly TextWriter _out;
        private readonly bool _json;
        private readonly int _top;
        private bool _any;

        public PredictionText(TextWriter output, bool json, SavedModel model, int top)
        {
            (_out, _json, _top) = (output, json, top);
            if (json)
            {
                JsonObject head = new() { ["schema_version"] = RunDocument.SchemaVersion, ["model"] = model.Path, ["architecture"] = model.Description.Shape.Architecture.ToString() };
                _out.Write($"{JsonText.Line(head)[..^1]},\"images\":[");
            }
        }

        public void Add(ImagePrediction image)
        {
            if (_json)
            {
                _out.Write($"{(_any ? "," : "")}\n{JsonText.Line(Document(image))}");
                _any = true;
            }
            else if (image.Problem is null)
            {
                string classes = string.Join("  ", image.Classes.Take(_top).Select(one => $"{one.Class} {NumberText.Share(one.Probability)}"));
                _out.WriteLine(Printable.Text($"{image.Path}  {classes}"));
            }
        }

        public void Finish()
        {
            if (_json)
            {
                _out.WriteLine("\n]}");
            }
        }

        private JsonObject Document(ImagePrediction image) => image.Best is not { } best
            ? new JsonObject { ["path"] = image.Path, ["problem"] = image.Problem }
            : new JsonObject
            {
                ["path"] = image.Path,
                ["class"] = best.Class,
                ["probability"] = best.Probability,
                ["top"] = new JsonArray([.. image.Classes.Take(_top).Select(one => new JsonObject { ["class"] = one.Class, ["probability"] = one.Probability })]),
            };
    }
}
