using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Compute;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Output;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas export MODEL</c>: the network as a file for other programs.</summary>
internal static class ExportCommand
{
    private const string Onnx = "onnx", Safetensors = "safetensors";

    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelOptions.Model();
        Option<string> format = new("--format") { Description = $"{Onnx} or {Safetensors}", HelpName = "F", Required = true };
        Option<string?> output = new("--out") { Description = "the file, which is replaced (default: named after the model, in the current folder)", HelpName = "FILE" };
        Option<bool> fold = new("--fold") { Description = "onnx: put the batch normalisations into the convolutions" };
        Option<bool> half = new("--half") { Description = "onnx: store the weights as 16-bit floats" };
        Command command = new("export", "Write a trained network as ONNX or safetensors, for other programs.") { model, format, output, fold, half };
        command.SetAction(parsed =>
        {
            string name = KnownFormat(parsed.GetRequiredValue(format));
            OnnxOptions options = new() { Fold = parsed.GetValue(fold), Half = parsed.GetValue(half) };
            if (name == Safetensors && (options.Fold || options.Half))
            {
                throw new UsageException($"{(options.Fold ? "--fold" : "--half")} is for --format {Onnx}; leave it out: a safetensors file has the weights as they were trained");
            }

            string source = SavedModel.Find(parsed.GetRequiredValue(model));
            string path = parsed.GetValue(output) ?? DefaultFile(parsed.GetRequiredValue(model), name);
            if (Path.GetFullPath(path) == Path.GetFullPath(source))
            {
                throw new UsageException($"--out '{path}' is the model itself; it must be another file");
            }

            using IDevice device = KernelTable.Open(StorageType.Single, threads: 1);
            using SavedModel loaded = SavedModel.Load(source, device);
            NamedFiles.Write("The model", "--out", () =>
            {
                Save(loaded, name, path, options);
                return path;
            });
            Write(terminal, loaded, name, path, parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }

    private static string KnownFormat(string format) => format is Onnx or Safetensors
        ? format
        : throw new UsageException($"--format '{format}' is not known; it must be {Onnx} or {Safetensors}");

    private static string DefaultFile(string model, string format)
        => (model.EndsWith($".{Safetensors}", StringComparison.OrdinalIgnoreCase) ? Path.GetFileNameWithoutExtension(model) : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model))))
            + $".{format}";

    private static void Save(SavedModel model, string format, string path, OnnxOptions options)
    {
        if (format == Onnx)
        {
            model.SaveOnnx(path, options);
        }
        else
        {
            model.SaveSafetensors(path);
        }
    }

    private static void Write(Terminal terminal, SavedModel model, string format, string path, bool json)
    {
        long bytes = new FileInfo(path).Length;
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(new JsonObject
            {
                ["schema_version"] = RunDocument.SchemaVersion,
                ["model"] = model.Path,
                ["architecture"] = model.Description.Shape.Architecture.ToString(),
                ["classes"] = new JsonArray([.. model.Classes.Select(name => JsonValue.Create(name))]),
                ["height"] = model.Description.Shape.Height,
                ["width"] = model.Description.Shape.Width,
                ["format"] = format,
                ["path"] = path,
                ["bytes"] = bytes,
            }));
            return;
        }

        Tables.Fact(terminal.Result, "model", model.Path);
        ModelView.WriteNetwork(terminal.Result, model);
        Tables.Fact(terminal.Result, format, $"{path}, {NumberText.Count(bytes)} bytes");
    }
}
