// Trains a grid of recipes on few labels and scores each on a validation part of the training images: how the built-in recipes were chosen.
// ActiveInas.RecipeStudy STUDY.json RESULTS.jsonl [--data-dir DIR] [--jobs N] [--table]
// ActiveInas.RecipeStudy --augmentation: what the augmentation of an image costs.
using System.Collections.Concurrent;
using ActiveInas.RecipeStudy;

if (args is ["--augmentation"])
{
    AugmentationTimes.Write(Console.Out);
    return 0;
}

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: ActiveInas.RecipeStudy STUDY.json RESULTS.jsonl [--data-dir DIR] [--jobs N] [--table]");
    return 1;
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;

Study study = Study.Read(args[0]);
ResultFile results = ResultFile.Open(args[1]);
if (!args.Contains("--table"))
{
    string? directory = Option("--data-dir") ?? Environment.GetEnvironmentVariable("AINAS_DATA_DIR");
    ConcurrentDictionary<string, Lazy<Task<StudyData>>> data = new();
    ConcurrentQueue<StudyCell> left = new(study.Cells.Distinct().Where(cell => !results.Has(cell, study)));
    Console.Error.WriteLine($"{left.Count} of {study.Cells.Count} trainings to do.");
    int jobs = int.Parse(Option("--jobs") ?? "2", System.Globalization.CultureInfo.InvariantCulture);
    await Task.WhenAll(Enumerable.Range(0, jobs).Select(_ => Task.Run(async () =>
    {
        while (left.TryDequeue(out StudyCell? cell))
        {
            StudyData set = await data.GetOrAdd(cell.Set, name => new(() => StudyData.LoadAsync(study.Sets[name], directory))).Value;
            results.Add(await CellRunner.RunAsync(cell, study, set), Console.Error);
        }
    })));
}

ResultTable.Write(study, results, Console.Out);
return 0;
