using ActiveInas.Architectures;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Labelling;

/// <summary>A folder of dark and light images, one in three of them light, and a labelling project over it whose trainings take an instant.</summary>
internal sealed class TinyProject : IDisposable
{
    private static readonly Recipe s_recipe = RecipeFile.Parse(
        """
        {
          "basedOn": "quick", "name": "tiny", "batchSize": 8,
          "training": { "epochs": 2, "minimumSteps": 20 }, "candidate": { "epochs": 2, "minimumSteps": 10 }
        }
        """,
        "test");

    public TemporaryFolder Folder { get; } = new();

    public string Root => Folder["project"];

    public string Images => Folder["images"];

    private readonly int _images;

    public TinyProject(int images)
    {
        _images = images;
        Directory.CreateDirectory(Images);
        for (int i = 0; i < images; i++)
        {
            Write(NameOf(i), i);
        }

        Configuration = new RunConfiguration
        {
            Data = Images,
            Unlabelled = true,
            Classes = ["dark", "light"],
            Out = Root,
            Initial = 8,
            Batch = new(4),
            Budget = 1000,
            InitialQuery = "typiclust",
            Space = SearchSpace.Parse("2,2"),
            Recipe = s_recipe,
            Threads = 1,
        };
    }

    public RunConfiguration Configuration { get; set; }

    /// <summary>Of an image by its number, which is its id where the folder holds no others; up to 99,999.</summary>
    public string NameOf(int number) => number.ToString(_images > 1000 ? "00000" : "000", System.Globalization.CultureInfo.InvariantCulture) + ".ppm";

    /// <summary>What a person who knows says.</summary>
    public static string Truth(string path) => int.Parse(Path.GetFileNameWithoutExtension(path), System.Globalization.CultureInfo.InvariantCulture) % 3 == 0 ? "light" : "dark";

    public void Write(string path, int number)
    {
        byte grey = (byte)((number % 3 == 0 ? 170 : 20) + (number % 50));
        byte[] header = "P6 8 8 255\n"u8.ToArray();
        File.WriteAllBytes(Path.Combine(Images, path), [.. header, .. Enumerable.Range(0, 8 * 8 * 3).Select(i => (byte)(grey + (i * number % 7)))]);
    }

    public Task CreateAsync(double auditShare = 0.1, int auditWanted = 50, params ImageLabel[] known) => LabellingRounds.CreateAsync(
        Configuration, new ProjectOptions { AuditShare = auditShare, AuditWanted = auditWanted, Known = (_, _) => known });

    public Task<bool> AdvanceAsync(CancellationToken cancellation = default) => LabellingRounds.AdvanceAsync(Root, null, cancellation);

    public LabellingProject Open(TimeProvider? clock = null) => LabellingProject.Open(Root, clock: clock);

    /// <summary>Answers, truly, what is asked for, until the batch is done.</summary>
    /// <returns>What was answered.</returns>
    public static async Task<List<LabelTask>> AnswerAllAsync(LabellingProject project, string labeller = "ada")
    {
        List<LabelTask> answered = [];
        while (!project.NeedsRound && await project.NextAsync(labeller, 1) is [LabelTask task])
        {
            await project.AnswerAsync(labeller, task.Lease, LabelAction.Label, Truth(project.PathOf(task.Id)), 700);
            answered.Add(task);
        }

        return answered;
    }

    public void Dispose() => Folder.Dispose();
}
