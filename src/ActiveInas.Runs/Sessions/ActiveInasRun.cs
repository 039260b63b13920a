using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;

namespace ActiveInas.Runs.Sessions;

/// <summary>Starts and resumes runs: Algorithm 2 of arXiv 1811.07579 with everything recorded in a folder.</summary>
/// <example><code>
/// RunDocument run = await ActiveInasRun.StartAsync(new RunConfiguration { Data = "shapes", Budget = 1000 });
/// foreach (RoundRecord round in run.Rounds)
/// {
///     Console.WriteLine($"{round.Labels} labels: {round.Architecture} reaches {round.Test?.Accuracy:P1}");
/// }
/// </code></example>
public static class ActiveInasRun
{
    /// <summary>Starts a run and sees it through.</summary>
    /// <param name="configuration">What to run.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="parts">Null: the product's own.</param>
    /// <param name="cancellation">Stops it with a checkpoint.</param>
    /// <exception cref="ConfigurationException">The configuration cannot work.</exception>
    /// <exception cref="DataException">The data cannot be loaded.</exception>
    /// <exception cref="RunException">The folder cannot be used.</exception>
    /// <exception cref="StorageException">The folder failed on the way.</exception>
    /// <exception cref="Learning.LabelsPendingException">Labels from outside are missing; resume later.</exception>
    /// <exception cref="OperationCanceledException">Stopped; resume later.</exception>
    public static async Task<RunDocument> StartAsync(
        RunConfiguration configuration,
        IProgress<ProgressEvent>? progress = null,
        RunParts? parts = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        parts ??= RunParts.Default;
        string kernels = parts.KernelsFor(configuration);
        configuration = (configuration with { Query = parts.Query?.Name ?? configuration.Query, Kernels = kernels }).RequireValid(parts.Query, parts.LoadsAnyName).WithFullPaths(parts.LoadsAnyName);
        string id = RunFolder.NewId();
        string root = configuration.Out ?? RunFolder.DefaultPath(id);
        RequireNoRun(RunFolder.At(root));
        RunFolder folder = RunFolder.Create(root);
        using FolderLock held = FolderLock.Take(folder);
        RequireNoRun(folder);
        bool recorded = false;

        try
        {
            Dataset data = await LoadAsync(configuration, progress, parts, cancellation).ConfigureAwait(false);
            configuration = DataFit.Adapt(configuration with { Out = folder.Root }, data);
            KeepInitialWeights(configuration, folder);
            using Session session = new(folder, configuration, data, kernels, parts, progress);
            session.CheckOptions();
            session.Record(id);
            recorded = true;
            return await session.RunAsync(cancellation).ConfigureAwait(false);
        }
        catch when (!recorded)
        {
            held.Dispose();
            folder.RemoveTraces();
            throw;
        }
    }

    /// <summary>Goes on with a run that stopped, to the same result as if it had not; returns at once when it is finished.</summary>
    /// <param name="run">The run's folder, or its id in runs/.</param>
    /// <param name="options">What may differ.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="parts">Null: the product's own.</param>
    /// <param name="cancellation">Stops it with a checkpoint.</param>
    /// <exception cref="RunException">There is no such run, nothing is recorded, another process writes it, or data or kernels changed.</exception>
    public static async Task<RunDocument> ResumeAsync(
        string run,
        ResumeOptions? options = null,
        IProgress<ProgressEvent>? progress = null,
        RunParts? parts = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        options ??= new ResumeOptions();
        parts ??= RunParts.Default;
        RunFolder folder = Catalog.Find(run);
        if (RequireRecorded(folder).IsFinished)
        {
            return RunDocument.Read(folder);
        }

        using FolderLock held = FolderLock.Take(folder);
        RunRow row = RequireRecorded(folder);
        string kernels = parts.ChooseKernels(row.Kernels);
        RequireKernels(row, kernels, options, folder);
        RunConfiguration recorded = RunConfiguration.FromJson(row.Configuration, folder.Database);
        RunConfiguration configuration = (recorded with
        {
            Data = options.Data ?? recorded.Data,
            Labels = options.Labels ?? recorded.Labels,
            Threads = options.Threads ?? recorded.Threads,
            Kernels = kernels,
        }).RequireValid(parts.Query, parts.LoadsAnyName).WithFullPaths(parts.LoadsAnyName);
        Dataset data = await LoadAsync(configuration, progress, parts, cancellation).ConfigureAwait(false);
        DataFit.RequireSame(row, data, folder);
        using Session session = new(folder, configuration, data, kernels, parts, progress);
        session.Reopen(row);
        return await session.RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The data of a run as its networks see it.</summary>
    internal static async Task<Dataset> LoadAsync(
        RunConfiguration configuration, IProgress<ProgressEvent>? progress, RunParts parts, CancellationToken cancellation)
    {
        Dataset data = await parts.LoadData(configuration.DataRequest, progress, cancellation).ConfigureAwait(false);
        return DataFit.Simulated(DataFit.WithClasses(data, configuration), configuration);
    }

    /// <summary>A run keeps the network that it began from: resumed, it must find the same.</summary>
    private static void KeepInitialWeights(RunConfiguration configuration, RunFolder folder)
    {
        if (configuration.InitialWeights is not { } file)
        {
            return;
        }

        try
        {
            _ = ModelFile.Describe(file);
            using FileStream source = File.OpenRead(file);
            AtomicFile.Write(folder.InitialWeights, source.CopyTo);
        }
        catch (Exception exception) when (exception is ModelFileException or IOException or UnauthorizedAccessException)
        {
            throw new RunException($"`initialWeights={file}` cannot be begun from: {exception.Message}", exception);
        }
    }

    private static void RequireNoRun(RunFolder folder)
    {
        if (RunStore.HasRun(folder))
        {
            throw new RunException($"`out={folder.Root}` holds a run already: go on with 'ainas resume {folder.Root}', or choose another folder.");
        }
    }

    /// <summary>What is recorded of a run as a whole.</summary>
    /// <exception cref="RunException">Nothing is.</exception>
    internal static RunRow RequireRecorded(RunFolder folder)
    {
        if (folder.HasStore)
        {
            using RunStore store = RunStore.OpenReader(folder.Database);
            if (store.FindRun() is { } row)
            {
                return row;
            }
        }

        throw new RunException($"{folder.Root}: nothing recorded, start it with run: 'ainas run `out={folder.Root}`'.");
    }

    private static void RequireKernels(RunRow row, string kernels, ResumeOptions options, RunFolder folder)
    {
        if (!KernelTable.GiveSameBytes(row.Kernels, kernels) && !options.AllowOtherKernels)
        {
            throw new RunException(
                $"{folder.Root} was recorded with the kernels {row.Kernels}, which this process may not use; with {kernels} the results would differ from an "
                + "uninterrupted run: go on where they may be used ('ainas info' lists them; see AINAS_MAX_ISA), or add `allowOtherKernels`.");
        }
    }
}
