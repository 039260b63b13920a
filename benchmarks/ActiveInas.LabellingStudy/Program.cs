// Labels a data set of class folders through the labelling server, as a person who knows the folder names and errs now and then, and scores the network of
// each round on the images that nobody labelled: whether the queries save labels, and how long the person would have waited.
// ActiveInas.LabellingStudy ARCHIVE RESULTS.jsonl --program AINAS.dll [--query NAME] [--seeds 1,2,3] [--labels 400] [--mistakes 0.02] [--pace 2] [--work DIR] [-- OPTIONS OF AINAS LABEL]
// Stopped, the same command goes on.
// ActiveInas.LabellingStudy --table RESULTS.jsonl: the results as a table.
using System.Globalization;
using ActiveInas.LabellingStudy;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;

if (args is ["--table", string file])
{
    SummaryTable.Write(StudyRound.ReadAll(file), Console.Out);
    return 0;
}

if (args.Length < 2 || Option("--program") is not { } program)
{
    Console.Error.WriteLine("usage: ActiveInas.LabellingStudy ARCHIVE RESULTS.jsonl --program AINAS.dll [--query NAME] [--seeds 1,2,3] [--labels 400] [--mistakes 0.02] [--pace 2] [--work DIR] [-- OPTIONS OF AINAS LABEL]");
    Console.Error.WriteLine("       ActiveInas.LabellingStudy --table RESULTS.jsonl");
    return 1;
}

string[] more = args.Contains("--") ? args[(Array.IndexOf(args, "--") + 1)..] : [];
IReadOnlyList<StudyRound> before = File.Exists(args[1]) ? StudyRound.ReadAll(args[1]) : [];
string work = Path.GetFullPath(Option("--work") ?? "labelling-study");
FlatFolder set = FlatFolder.Of(args[0], Path.Combine(work, "images"));
Yardstick yardstick = Yardstick.Of(set);
foreach (int seed in (Option("--seeds") ?? "1").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
{
    StudyOptions options = new(
        set.Name,
        Option("--query") ?? "softmax-response",
        seed,
        int.Parse(Option("--labels") ?? "400", CultureInfo.InvariantCulture),
        double.Parse(Option("--mistakes") ?? "0.02", CultureInfo.InvariantCulture),
        double.Parse(Option("--pace") ?? "2", CultureInfo.InvariantCulture));
    string project = Path.Combine(work, $"{options.Query}-{seed}");
    await using ServerProcess server = await ServerProcess.StartAsync(program, set, project, options, more);
    await foreach (StudyRound round in new ScriptedLabeller(server.Client, set, yardstick, options).LabelAsync())
    {
        if (before.Any(known => (known.Set, known.Query, known.Seed, known.Round) == (round.Set, round.Query, round.Seed, round.Round)))
        {
            continue;
        }

        string line = round.ToJson();
        File.AppendAllText(args[1], line + "\n");
        Console.Error.WriteLine(line);
    }
}

SummaryTable.Write(StudyRound.ReadAll(args[1]), Console.Out);
return 0;
