using System.CommandLine;
using ActiveInas.Architectures;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas space</c>: the search space as a graph, with parameters and FLOPs of each architecture.</summary>
internal static class SpaceCommand
{
    private const int MostClasses = 1_000_000;

    public static Command Create(Terminal terminal)
    {
        Option<string> space = new("--space") { Description = "largest blocks and stacks", HelpName = "I,J", DefaultValueFactory = _ => SearchSpace.Default.ToString() };
        Option<int> size = new("--image-size") { Description = "side of the images in pixels", HelpName = "PIXELS", DefaultValueFactory = _ => 32 };
        Option<int> classes = new("--classes") { Description = "number of classes", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<string?> figures = new("--figures") { Description = "draw it as space.svg and space.png", HelpName = "DIR" };
        Command command = new("space", "Show the search space: each architecture with its parameters, FLOPs and successors.") { space, size, classes, figures };
        command.SetAction(parsed =>
        {
            int side = Within("--image-size", parsed.GetValue(size), 4, 1024);
            int count = Within("--classes", parsed.GetValue(classes), 2, MostClasses);
            SearchSpace shown = SearchSpace.Parse(parsed.GetValue(space)!).ForImages(side, side);
            if (parsed.GetValue(figures) is { } folder)
            {
                Draw(terminal, shown, side, count, folder);
            }

            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(SpaceView.Document(shown, side, count)));
            }
            else
            {
                SpaceView.Write(terminal.Result, shown, side, count);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static void Draw(Terminal terminal, SearchSpace space, int side, int classes, string folder)
    {
        foreach (string path in NamedFiles.Write("The figure", "--figures", () => SpaceFigure.Write(space, side, classes, folder)))
        {
            terminal.Error.WriteLine($"wrote {path}");
        }
    }

    private static int Within(string option, int value, int least, int most)
        => value >= least && value <= most ? value : throw new UsageException($"{option} is {value}; it must be {least} to {most}");
}
