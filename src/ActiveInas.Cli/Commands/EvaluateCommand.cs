using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Cli.Views;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports;
using ActiveInas.Training;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas evaluate MODEL DATA</c>: how a trained network does on labelled images.</summary>
internal static class EvaluateCommand
{
    private const string Train = "train", Test = "test";

    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelOptions.Model();
        Argument<string> source = new("DATA") { Description = "name of a data set, or path of a class-folder tree or archive" };
        Option<string?> part = new("--part") { Description = $"{Test} or {Train} (default: {Test} where the data has such a part)", HelpName = "PART" };
        Option<string?> calibrate = new("--calibrate") { Description = "fit the temperature of the probabilities on these images, and write the model with it", HelpName = "FILE" };
        Option<string?> figure = new("--figure") { Description = "draw the confusion matrix, as .svg or .png", HelpName = "FILE" };
        Option<string?> kernels = ModelOptions.Kernels();
        Option<int> threads = ModelOptions.Threads();
        SettingOptions settings = new("dataDirectory", "dataSeed", "useAllTraining", "include", "exclude", "validationPart", "labelsTable");
        Command command = new("evaluate", "Say how a trained network does on labelled images: accuracy, classes, confusions, calibration.") { model, source, part, calibrate, figure, kernels, threads };
        settings.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(figure) is { } picture && Path.GetExtension(picture).ToUpperInvariant() is not (".SVG" or ".PNG"))
            {
                throw new UsageException($"--figure '{picture}' must end in .svg or .png");
            }

            if (parsed.GetValue(part) is { } named and not (Train or Test))
            {
                throw new UsageException($"--part '{named}' is not known; it must be {Test} or {Train}");
            }

            using Signals signals = new(terminal, stopping: null);
            using IDevice device = ModelOptions.Open(parsed, kernels, threads);
            using SavedModel loaded = SavedModel.Load(parsed.GetRequiredValue(model), device);
            NetworkShape shape = loaded.Description.Shape;
            ConfigurationBuilder builder = new(new RunConfiguration { Data = parsed.GetRequiredValue(source), ImageSize = shape.Height == shape.Width ? shape.Height : null });
            settings.Apply(parsed, builder);
            RunConfiguration configuration = builder.ResolveValid();
            Dataset data = await ProgressViews.WatchAsync(
                terminal, parsed, progress => DataSources.LoadAsync(configuration.DataRequest, progress, signals.Token)).ConfigureAwait(false);
            string used = parsed.GetValue(part) ?? (data.Test is null ? Train : Test);
            ImageSet images = used == Train ? data.Train : data.Test ?? throw new DataException($"{configuration.Data} has no test part: evaluate on its images with --part {Train}.");
            ModelEvaluation result = loaded.Evaluate(images, data.Classes, signals.Token);
            Draw(result, parsed.GetValue(figure));
            TemperatureFit? fit = parsed.GetValue(calibrate) is { } file ? Calibrate(loaded, images, data.Classes, file, signals.Token) : null;
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(Document(loaded, configuration.Data, used, result, fit)));
                return ExitCode.Ok;
            }

            Tables.Fact(terminal.Result, "model", loaded.Path);
            ModelView.WriteNetwork(terminal.Result, loaded);
            Tables.Fact(terminal.Result, "data", $"{configuration.Data}, {used}");
            ModelView.Write(terminal.Result, result);
            if (fit is not null)
            {
                ModelView.Write(terminal.Result, fit, parsed.GetValue(calibrate)!);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static void Draw(ModelEvaluation result, string? file)
    {
        if (file is not null)
        {
            NamedFiles.Write("The figure", "--figure", () =>
            {
                ConfusionPicture.Save(result, file);
                return file;
            });
        }
    }

    private static TemperatureFit Calibrate(SavedModel model, ImageSet images, IReadOnlyList<string> classes, string file, CancellationToken cancellation)
    {
        if (Path.GetFullPath(file) == Path.GetFullPath(model.Path))
        {
            throw new UsageException($"--calibrate '{file}' is the model itself; it must be another file");
        }

        TemperatureFit fit = model.FitTemperature(images, classes, cancellation);
        return NamedFiles.Write("The model", "--calibrate", () =>
        {
            model.SaveSafetensors(file, fit.Temperature);
            return fit;
        });
    }

    private static JsonObject Document(SavedModel model, string data, string part, ModelEvaluation result, TemperatureFit? fit)
    {
        Evaluation evaluation = result.Evaluation;
        (double low, double high) = result.Accuracy.Interval;
        return new JsonObject
        {
            ["schema_version"] = RunDocument.SchemaVersion,
            ["model"] = model.Path,
            ["architecture"] = model.Description.Shape.Architecture.ToString(),
            ["data"] = data,
            ["part"] = part,
            ["images"] = evaluation.Count,
            ["accuracy"] = JsonText.Number(evaluation.Accuracy),
            ["accuracy_low"] = low,
            ["accuracy_high"] = high,
            ["balanced_accuracy"] = JsonText.Number(evaluation.BalancedAccuracy),
            ["macro_f1"] = JsonText.Number(evaluation.MacroF1),
            ["loss"] = JsonText.Number(evaluation.Loss),
            ["calibration_error"] = JsonText.Number(evaluation.CalibrationError),
            ["classes"] = new JsonArray([.. result.Classes.Zip(evaluation.Classes, (name, row) => new JsonObject
            {
                ["name"] = name,
                ["images"] = row.Images,
                ["predicted"] = row.Predicted,
                ["right"] = row.Right,
                ["recall"] = JsonText.Number(row.Recall),
                ["precision"] = JsonText.Number(row.Precision),
                ["f1"] = JsonText.Number(row.F1),
            })]),
            ["confusion"] = new JsonArray([.. result.Confusion.Select(row => new JsonArray([.. row.Select(count => JsonValue.Create(count))]))]),
            ["temperature"] = fit is null ? null : new JsonObject
            {
                ["value"] = fit.Temperature,
                ["loss_before"] = JsonText.Number(fit.Before.Loss),
                ["loss_after"] = JsonText.Number(fit.After.Loss),
                ["calibration_error_before"] = JsonText.Number(fit.Before.CalibrationError),
                ["calibration_error_after"] = JsonText.Number(fit.After.CalibrationError),
            },
        };
    }
}
