using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>A search space in the terminal: a grid where it fits, a list otherwise.</summary>
internal static class SpaceView
{
    private const int CellWidth = 15;

    public static void Write(IAnsiConsole console, SearchSpace space, int side, int classes)
    {
        if ((space.MaxBlocks + 1) * CellWidth <= console.Profile.Width)
        {
            WriteGrid(console, space, side, classes);
        }
        else
        {
            WriteList(console, space, side, classes);
        }

        Tables.Fact(console, "images", $"{side}x{side} pixels, {classes} classes; FLOPs of one forward pass of one image, a multiply-add counts 2");
    }

    public static JsonObject Document(SearchSpace space, int side, int classes) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["space"] = space.ToString(),
        ["image_size"] = side,
        ["classes"] = classes,
        ["architectures"] = new JsonArray([.. space.Nodes.Select(node => new JsonObject
        {
            ["architecture"] = node.ToString(),
            ["blocks"] = node.Blocks,
            ["stacks"] = node.Stacks,
            ["parameters"] = node.ParameterCount(classes),
            ["flops"] = node.ForwardFlops(side, side, classes),
            ["successors"] = new JsonArray([.. space.Successors(node).Select(next => JsonValue.Create(next.ToString()))]),
        })]),
    };

    // Row j = MaxStacks on top, as in the paper's figure: right is more blocks, up is more stacks.
    private static void WriteGrid(IAnsiConsole console, SearchSpace space, int side, int classes)
    {
        Table table = Tables.Create(["stacks", .. Enumerable.Range(1, space.MaxBlocks).Select(i => Counted.Of(i, "block"))]).ShowRowSeparators();
        for (int stacks = space.MaxStacks; stacks >= 1; stacks--)
        {
            table.AddRow([Tables.Text($"{stacks}"), .. Enumerable.Range(1, space.MaxBlocks).Select(blocks => Tables.Text(Cell(space, new Architecture(blocks, stacks), side, classes)))]);
        }

        console.Write(table);
        Tables.Fact(console, "arrows", "-> one block more in each stack; /> one stack more: the smallest architecture with more blocks in total");
    }

    private static string Cell(SearchSpace space, Architecture node, int side, int classes)
    {
        string blocks = space.Contains(node.WithMoreBlocks()) ? " ->" : "";
        string stacks = space.Contains(node.WithMoreStacks()) ? $"\n/> {node.WithMoreStacks()}" : "";
        return $"{node}{blocks}\n{SpaceFigure.Short(node.ParameterCount(classes))}\n{SpaceFigure.Short(node.ForwardFlops(side, side, classes))}FLOP{stacks}";
    }

    private static void WriteList(IAnsiConsole console, SearchSpace space, int side, int classes)
    {
        Table table = Tables.Create("architecture", "#parameters", "#MFLOPs", "more blocks", "more stacks");
        foreach (Architecture node in space.Nodes)
        {
            table.AddRow(
                Tables.Strong(node.ToString()),
                Tables.Text(NumberText.Count(node.ParameterCount(classes))),
                Tables.Text($"{node.ForwardFlops(side, side, classes) / 1e6:N1}"),
                Tables.Text(space.Contains(node.WithMoreBlocks()) ? node.WithMoreBlocks().ToString() : "-"),
                Tables.Text(space.Contains(node.WithMoreStacks()) ? node.WithMoreStacks().ToString() : "-"));
        }

        console.Write(table);
    }
}
