using ActiveInas.Architectures;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Statistics;
using ActiveInas.Training;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>A model, and how it does, as a person sees it.</summary>
internal static class ModelView
{
    /// <summary>More columns do not fit a screen.</summary>
    private const int LargestMatrix = 12;

    private const int ShownMistakes = 20;

    public static void WriteNetwork(IAnsiConsole console, SavedModel model)
    {
        NetworkShape shape = model.Description.Shape;
        Tables.Fact(console, "network", $"{shape.Architecture}, {shape.Classes} classes, {shape.Height}x{shape.Width} pixels");
    }

    public static void Write(IAnsiConsole console, ModelEvaluation result)
    {
        Evaluation evaluation = result.Evaluation;
        (double low, double high) = result.Accuracy.Interval;
        Tables.Fact(console, "images", NumberText.Count(evaluation.Count));
        Tables.Fact(console, "accuracy", $"{NumberText.Share(evaluation.Accuracy)}, 95 % interval {NumberText.Share(low)} to {NumberText.Share(high)} (Wilson)");
        Tables.Fact(console, "balanced accuracy", NumberText.Share(evaluation.BalancedAccuracy));
        Tables.Fact(console, "macro F1", NumberText.Share(evaluation.MacroF1));
        Tables.Fact(console, "loss", NumberText.Share(evaluation.Loss));
        Tables.Fact(console, "calibration error", $"{NumberText.Share(evaluation.CalibrationError)} (expected, {evaluation.Calibration.Count} bins)");
        Table table = Tables.Create("class", "#images", "#predicted", "#recall", "#precision", "#F1");
        foreach ((string name, ClassResult row) in result.Classes.Zip(evaluation.Classes))
        {
            table.AddRow(
                Tables.Text(name), Tables.Text(NumberText.Count(row.Images)), Tables.Text(NumberText.Count(row.Predicted)),
                Tables.Text(NumberText.Share(row.Recall)), Tables.Text(NumberText.Share(row.Precision)), Tables.Text(NumberText.Share(row.F1)));
        }

        console.Write(table);
        console.Write(result.Classes.Count <= LargestMatrix ? Matrix(result) : Mistakes(result));
    }

    public static void Write(IAnsiConsole console, TemperatureFit fit, string file)
    {
        string limit = fit.Temperature is <= TemperatureFit.Least * 1.01 or >= TemperatureFit.Most * 0.99 ? ", at the limit: too few images, or all of them right or at random" : "";
        Tables.Fact(console, "temperature", $"{NumberText.Share(fit.Temperature)}{limit}; written to {file}");
        Tables.Fact(console, "loss", $"{NumberText.Share(fit.Before.Loss)} without, {NumberText.Share(fit.After.Loss)} with (each half by the other half's)");
        Tables.Fact(console, "calibration error", $"{NumberText.Share(fit.Before.CalibrationError)} without, {NumberText.Share(fit.After.CalibrationError)} with (each half by the other half's)");
    }

    private static Table Matrix(ModelEvaluation result)
    {
        Table table = Tables.Create(["is \\ taken for", .. result.Classes.Select(name => $"#{Printable.Text(name)}")]);
        foreach ((string name, IReadOnlyList<int> row) in result.Classes.Zip(result.Confusion))
        {
            table.AddRow([Tables.Text(name), .. row.Select(count => Tables.Text(count == 0 ? "" : NumberText.Count(count)))]);
        }

        return table;
    }

    private static Table Mistakes(ModelEvaluation result)
    {
        Table table = Tables.Create("class", "taken for", "#images");
        foreach ((string name, string other, int images) in result.Mistakes.Take(ShownMistakes))
        {
            table.AddRow(Tables.Text(name), Tables.Text(other), Tables.Text(NumberText.Count(images)));
        }

        return table;
    }
}
