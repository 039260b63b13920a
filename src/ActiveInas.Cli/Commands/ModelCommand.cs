using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Networks;
using ActiveInas.Runs.Output;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas model import FILE</c>: a network that was trained elsewhere becomes a MODEL here.</summary>
internal static class ModelCommand
{
    public static Command Create(Terminal terminal) => new("model", "Model files from elsewhere.") { CreateImport(terminal) };

    private static Command CreateImport(Terminal terminal)
    {
        Argument<string> file = new("FILE") { Description = "a safetensors file with torchvision's names (conv1, bn1, layer1.0.conv1, ..., fc)" };
        Option<string?> output = new("--out") { Description = "the file, which is replaced (default: NAME.imported.safetensors in the current folder)", HelpName = "FILE" };
        Option<int?> size = new("--image-size") { Description = "side in pixels of the images that it was trained on", HelpName = "PIXELS" };
        Option<string?> classes = new("--classes") { Description = "names of its classes, in the order of its outputs", HelpName = "A,B,..." };
        Option<double?> mean = new("--mean") { Description = "mean that was taken from pixels of 0..255, one for all colours", HelpName = "X" };
        Option<double?> deviation = new("--std") { Description = "standard deviation that they were divided by", HelpName = "X" };
        Option<double?> epsilon = new("--epsilon") { Description = "of its batch normalisations (default: 1e-5)", HelpName = "X" };
        Command command = new("import", "Read a network that was trained elsewhere: to predict, to evaluate, to begin a run from it (--init).") { file, output, size, classes, mean, deviation, epsilon };
        command.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(file);
            string path = parsed.GetValue(output) ?? $"{Path.GetFileNameWithoutExtension(source)}.imported.safetensors";
            if (Path.GetFullPath(path) == Path.GetFullPath(source))
            {
                throw new UsageException($"--out '{path}' is the file itself; it must be another one");
            }

            ImportFacts facts = new()
            {
                ImageSize = parsed.GetValue(size),
                Classes = parsed.GetValue(classes)?.Split(',', StringSplitOptions.TrimEntries),
                Mean = parsed.GetValue(mean),
                Deviation = parsed.GetValue(deviation),
                Epsilon = parsed.GetValue(epsilon),
            };
            Write(terminal, NamedFiles.Write("The model", "--out", () => Import(source, path, facts)), path, parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }

    private static ModelDescription Import(string source, string path, ImportFacts facts)
    {
        try
        {
            return ModelImport.Import(source, path, facts);
        }
        catch (Exception exception) when (exception is ModelFileException or FileNotFoundException)
        {
            throw new ConfigurationException(exception.Message, exception);
        }
    }

    private static void Write(Terminal terminal, ModelDescription model, string path, bool json)
    {
        if (json)
        {
            JsonObject document = new() { ["schema_version"] = RunDocument.SchemaVersion, ["file"] = path };
            foreach ((string key, string value) in model.Metadata)
            {
                document[key] = value;
            }

            terminal.Out.WriteLine(JsonText.Write(document));
            return;
        }

        Tables.Fact(terminal.Result, "network", string.Create(CultureInfo.InvariantCulture, $"{model.Shape.Architecture}, {model.Shape.Height}x{model.Shape.Width}, {NumberText.Count(model.Shape.Classes)} classes"));
        Tables.Fact(terminal.Result, "written", path);
        Tables.Fact(terminal.Result, "use", $"ainas evaluate {path} DATA; ainas run --init {path}");
    }
}
