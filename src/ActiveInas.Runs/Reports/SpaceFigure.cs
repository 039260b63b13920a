using ActiveInas.Architectures;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>The way of a run through a space.</summary>
/// <param name="Start">A_0, where the search of the first round starts: no round used it for that.</param>
/// <param name="Rounds">Number of labels and architecture of each round, in order.</param>
internal sealed record SpaceWalk(Architecture Start, IReadOnlyList<(int Labels, Architecture Architecture)> Rounds)
{
    /// <summary>From A_0 on.</summary>
    public IEnumerable<Architecture> Nodes => Rounds.Select(round => round.Architecture).Prepend(Start);
}

/// <summary>The search space as a graph on a grid: the paper's figure of the space, and the way that searches took through it.</summary>
public static class SpaceFigure
{
    private const int NodeWidth = 96;
    private const int NodeHeight = 92;
    private const int Frame = 110;

    /// <summary>Writes FOLDER/space.svg and FOLDER/space.png: the search space.</summary>
    /// <param name="space">Its bounds.</param>
    /// <param name="side">H and W of the images in pixels.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="folder">Where.</param>
    /// <returns>The paths written.</returns>
    public static IReadOnlyList<string> Write(SearchSpace space, int side, int classes, string folder)
    {
        ArgumentNullException.ThrowIfNull(space);
        Figure figure = Create(
            space, side, side, classes, [], $"Search space up to A({space.MaxBlocks},{space.MaxStacks})",
            $"Parameters and FLOPs of one forward pass for images of {side}x{side} pixels and {classes} classes. Arrows lead to more blocks and to more stacks.");
        return FigureFiles.Write([figure], folder, CancellationToken.None);
    }

    /// <summary>Draws a space.</summary>
    /// <param name="space">Its bounds.</param>
    /// <param name="height">H of the images in pixels.</param>
    /// <param name="width">W of the images in pixels.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="walks">One a run; none for the space alone.</param>
    /// <param name="title">Heading.</param>
    /// <param name="caption">What is seen.</param>
    internal static Figure Create(
        SearchSpace space, int height, int width, int classes, IReadOnlyList<SpaceWalk> walks, string title, string caption)
    {
        Dictionary<Architecture, int[]> visits = walks.SelectMany(walk => walk.Rounds).GroupBy(round => round.Architecture)
            .ToDictionary(group => group.Key, group => group.Select(round => round.Labels).Order().ToArray());
        HashSet<(Architecture From, Architecture To)> steps = [.. walks.SelectMany(walk => walk.Nodes.Zip(walk.Nodes.Skip(1))).Where(step => step.First != step.Second)];
        int most = Math.Max(1, visits.Values.Select(labels => labels.Length).DefaultIfEmpty().Max());
        int[] Labels(Architecture node) => visits.GetValueOrDefault(node) ?? [];
        FigureNode[] nodes = [.. space.Nodes.Select(node => new FigureNode(
            node.ToString(),
            node.Blocks,
            node.Stacks,
            [node.ToString(), Short(node.ParameterCount(classes)), $"{Short(node.ForwardFlops(height, width, classes))}FLOP"],
            (double)Labels(node).Length / most,
            $"{node}: {node.ParameterCount(classes):N0} parameters, {node.ForwardFlops(height, width, classes) / 1e6:N1} MFLOPs an image"
                + (visits.TryGetValue(node, out int[]? labels) ? $", {labels.Length} of {walks.Sum(walk => walk.Rounds.Count)} rounds, {Range(labels)}" : "")))];
        FigureEdge[] edges = [.. space.Nodes.SelectMany(node => space.Successors(node).Select(next => (node, next)))
            .Concat(steps).Distinct().Select(edge => new FigureEdge(edge.Item1.ToString(), edge.Item2.ToString(), steps.Contains((edge.Item1, edge.Item2))))];
        return new Figure(
            "space", title, caption, new FigureAxis("blocks in each stack, i", Min: 1, Max: space.MaxBlocks), new FigureAxis("stacks, j", Min: 1, Max: space.MaxStacks), [])
        {
            Nodes = nodes,
            Edges = edges,
            Width = Math.Clamp((space.MaxBlocks * NodeWidth) + Frame, 420, 1400),
            Height = (space.MaxStacks * NodeHeight) + Frame,
            Table = new FigureTable(
                ["architecture", "blocks", "stacks", "parameters", "FLOPs", "successors", "rounds", "labels from", "to"],
                [.. space.Nodes.Select(node => new object?[]
                {
                    node.ToString(), node.Blocks, node.Stacks, node.ParameterCount(classes), node.ForwardFlops(height, width, classes),
                    string.Join(" ", space.Successors(node)), Labels(node).Length,
                    Labels(node) is [int first, ..] ? first : null, Labels(node) is [.., int last] ? last : null,
                })]),
        };
    }

    /// <summary>"307 k".</summary>
    public static string Short(double value)
    {
        (double Size, string Unit)[] units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
        foreach ((double size, string unit) in units)
        {
            if (value >= size)
            {
                double scaled = value / size;
                return $"{(scaled >= 100 ? scaled.ToString("0") : scaled >= 10 ? scaled.ToString("0.#") : scaled.ToString("0.##"))} {unit}";
            }
        }

        return $"{value:0} ";
    }

    private static string Range(int[] labels) => labels[0] == labels[^1] ? $"at {labels[0]:N0} {Counted.Word(labels[0], "label")}" : $"at {labels[0]:N0} to {labels[^1]:N0} labels";
}
