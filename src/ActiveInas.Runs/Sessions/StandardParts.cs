using ActiveInas.Kernels;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Sessions;

/// <summary>The product's own parts, as a configuration asks for them.</summary>
internal static class StandardParts
{
    public static ITrainingBackend Backend(RunContext context, ICheckpointStore checkpoints, IProgress<ProgressEvent>? progress)
        => new LocalBackend(context.Data, KernelSelection.Find(context.Configuration.Kernels), context.Configuration.Threads, checkpoints, progress);

    public static IArchitectureSearch Search(RunContext context)
    {
        InasOptions options = SearchOptions(context);
        if (context.Configuration.Architecture is { } architecture)
        {
            options.Space.Require(architecture);
            return new FixedArchitecture(architecture, options.Problem.Height, options.Problem.Width);
        }

        options.Space.Require(context.Configuration.Start);
        return new InasSearch(options);
    }

    /// <summary>What a search of the run looks at.</summary>
    public static InasOptions SearchOptions(RunContext context) => new(context.Configuration.Space.ForImages(context.Problem.Height, context.Problem.Width), context.Problem)
    {
        Steps = context.Configuration.SearchSteps,
        ValidationShare = context.Configuration.ValidationShare,
    };

    public static IOracle Oracle(RunContext context)
    {
        RunConfiguration configuration = context.Configuration;
        return configuration.Oracle switch
        {
            OracleKind.Dataset => new DatasetOracle(context.Data.Train),
            OracleKind.People => throw new RunException(
                $"{context.Folder.Root} is a labelling project, whose labels people give: go on with 'ainas label {context.Folder.Root}'."),
            _ => new FileOracle(
                configuration.Labels!, context.Data, context.Folder.Query, $"ainas resume {context.Folder.Root} `labels={configuration.Labels}`"),
        };
    }

    public static IInitialQuery InitialQuery(RunContext context)
        => InitialQueries.Create(context.Configuration.InitialQuery, context.Data.Train, context.Configuration.Threads);
}
