using ActiveInas.Architectures;
using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>Which architectures were used: figure 6a of the paper, and the way through the space.</summary>
internal static class ArchitectureSection
{
    private const int Margin = 1;

    public static Section Create(Comparison comparison)
    {
        List<Figure> figures = [.. comparison.Panels.Select(panel => CurveSection.Of(
            panel,
            $"parameters-{panel.Key}",
            comparison.Panels.Count > 1 ? $"Parameters, {panel.Name}" : "Parameters",
            "Trainable parameters of the network of each round: the mean over seeds; the band is one standard error.",
            new FigureAxis("parameters", AxisScale.Logarithmic, NumberFormat.Short),
            round => round.Parameters))];
        figures.AddRange(comparison.Methods.Where(method => method.Searches).Select((method, i) => Walk(comparison, method, i)));
        return new Section("architectures", "Architectures", "A(i,j) has j stacks of i residual blocks. The capacity grows with the labels where a search picks larger networks.")
        {
            Figures = figures,
        };
    }

    private static Figure Walk(Comparison comparison, Method method, int index)
    {
        SpaceWalk[] walks = [.. method.Runs.Select(run => new SpaceWalk(
            run.Run.Configuration.Start, [.. run.Run.Rounds.Select(round => (round.Labels, round.Architecture))]))];
        RunDocument first = method.Runs[0].Run;
        SearchSpace space = method.Configuration.Space.ForImages(first.ImageHeight, first.ImageWidth);

        // The part of the space around the walk: the rest is empty.
        SearchSpace shown = new(
            Math.Min(space.MaxBlocks, Math.Max(3, walks.SelectMany(walk => walk.Nodes).Max(node => node.Blocks) + Margin)),
            Math.Min(space.MaxStacks, Math.Max(2, walks.SelectMany(walk => walk.Nodes).Max(node => node.Stacks) + Margin)));
        string paths = string.Join("; ", method.Runs.Select(run => $"seed {run.Seed}: {ArchitecturePath.Of(run.Run.Rounds)}"));
        Figure figure = SpaceFigure.Create(
            shown,
            first.ImageHeight,
            first.ImageWidth,
            first.Classes.Count,
            walks,
            comparison.Methods.Count > 1 ? $"Path through the search space, {comparison.NameOf(method)}" : "Path through the search space",
            $"Parameters and FLOPs of one forward pass on each node; the stronger the blue, the more rounds. Shown up to A({shown.MaxBlocks},{shown.MaxStacks}) of a space up to A({space.MaxBlocks},{space.MaxStacks}). "
            + $"The first search starts at {walks[0].Start}. Paths: {paths}.");
        return figure with
        {
            Id = index == 0 ? "path" : $"path-{index + 1}",
            Table = new FigureTable(
                ["seed", "architecture", "blocks", "stacks", "parameters", "FLOPs", "rounds", "labels from", "to"],
                [.. method.Runs.SelectMany(run => Stays(run.Run.Rounds).Select(stay => new object?[]
                {
                    run.Seed, stay[0].Architecture.ToString(), stay[0].Architecture.Blocks, stay[0].Architecture.Stacks, stay[0].Parameters, stay[0].Flops,
                    stay.Count, stay[0].Labels, stay[^1].Labels,
                }))]),
        };
    }

    // Successive rounds with the same architecture.
    private static List<List<RoundRecord>> Stays(IEnumerable<RoundRecord> rounds)
    {
        List<List<RoundRecord>> stays = [];
        foreach (RoundRecord round in rounds)
        {
            if (stays.Count == 0 || stays[^1][0].Architecture != round.Architecture)
            {
                stays.Add([]);
            }

            stays[^1].Add(round);
        }

        return stays;
    }
}
