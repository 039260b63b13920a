using System.Globalization;
using System.Text.Json;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>Reads what Label Studio exports: JSON, with tasks and all their annotations, and JSON-MIN, with an object for each annotation.</summary>
internal sealed class LabelStudioReading
{
    private const double MillisecondsOfSecond = 1000;

    // What JSON-MIN has beside the columns of the data and the answers.
    private static readonly string[] s_minNames = ["id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement"];

    private readonly JsonElement[] _tasks;
    private readonly ClassNames _classes;
    private readonly ImageReferences _images;
    private readonly List<LabelProblem> _problems = [];

    /// <param name="json">The file.</param>
    /// <param name="subject">What it is read for.</param>
    public LabelStudioReading(JsonElement json, LabelSubject subject)
    {
        _tasks = json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : [json];
        _classes = new ClassNames(subject.Classes);
        _images = new ImageReferences(subject);
    }

    /// <summary>An answer: who gave it, and what it is.</summary>
    private readonly record struct Answer(JsonElement Json, LabelAction Action, string? Class, bool IsTruth);

    /// <summary>Reads all tasks.</summary>
    public FileLabels Read()
    {
        List<FileLabel> lines = [];
        string? control = Control();
        string? column = MinColumn();
        foreach ((int i, JsonElement task) in _tasks.Index())
        {
            string place = $"task {i + 1}";
            ImageLabel? image = task.ValueKind != JsonValueKind.Object ? null
                : task.Part("data", JsonValueKind.Object) is { } data ? Full(task, data, control, place)
                : Min(task, column, place);
            if (image is not null)
            {
                lines.Add(new FileLabel(place, image));
            }
            else
            {
                _problems.Add(new LabelProblem(
                    place, Short(task), "names no image", "{\"data\": {\"image\": \"...\"}, \"annotations\": [...]}, or an object of JSON-MIN with an image"));
            }
        }

        return new FileLabels(lines) { Problems = _problems };
    }

    private static string Short(JsonElement json) => json.GetRawText() is { Length: > 80 } text ? text[..80] + "..." : json.GetRawText();

    /// <summary>The one control whose choices are the classes, where tasks have several; null: any.</summary>
    private string? Control()
    {
        ILookup<string, string> choices = _tasks.Where(task => task.ValueKind == JsonValueKind.Object).SelectMany(Annotations).SelectMany(Results)
            .SelectMany(result => Choices(result).Select(choice => (Control: result.Text("from_name") ?? string.Empty, choice)))
            .ToLookup(pair => pair.Control, pair => pair.choice);
        if (choices.Count < 2)
        {
            return null;
        }

        string[] fitting = [.. choices.Where(group => group.All(choice => _classes.Find(choice) is not null)).Select(group => group.Key)];
        if (fitting.Length != 1)
        {
            string names = string.Join(", ", choices.Select(group => group.Key));
            _problems.Add(new LabelProblem("from_name", names, "could each hold the class", "one control whose choices are all classes of the project"));
        }

        return fitting.FirstOrDefault();
    }

    /// <summary>The property of JSON-MIN that holds the class; null: there is none.</summary>
    private string? MinColumn()
    {
        JsonElement[] rows = [.. _tasks.Where(task => task.ValueKind == JsonValueKind.Object && task.Part("data", JsonValueKind.Object) is null)];
        string[] names =
        [
            .. rows.SelectMany(row => row.EnumerateObject()).Where(value => !s_minNames.Contains(value.Name) && IsChoice(value.Value))
                .Select(value => value.Name).Distinct(),
        ];
        string[] fitting = [.. names.Where(name => rows.All(row => MinChoices(row, name).All(choice => _classes.Find(choice) is not null)))];
        return names.Contains("choice") ? "choice" : fitting.Length == 1 ? fitting[0] : names.Length == 1 ? names[0] : null;
    }

    private bool IsChoice(JsonElement value)
        => (value.ValueKind == JsonValueKind.String && !_images.Knows(value.GetString()!))
            || (value.ValueKind == JsonValueKind.Object && value.Part("choices", JsonValueKind.Array) is not null);

    private static string[] MinChoices(JsonElement row, string name)
        => row.Text(name) is { } text ? [text] : row.Part(name, JsonValueKind.Object)?.Part("choices", JsonValueKind.Array) is { } list ? Texts(list) : [];

    private ImageLabel? Min(JsonElement task, string? column, string place)
    {
        if (Image(task) is not { } image)
        {
            return null;
        }

        string[] choices = column is null ? [] : MinChoices(task, column);
        if (choices.Length != 1)
        {
            _problems.Add(new LabelProblem(place, Short(task), choices.Length == 0 ? "has no choice" : "has several choices", "one choice, such as \"choice\": \"cat\""));
            return image;
        }

        return TakeAnnotation(image with { Action = LabelAction.Label, Class = choices[0] }, task, "annotator", place);
    }

    private ImageLabel? Full(JsonElement task, JsonElement data, string? control, string place)
    {
        if (Image(data) is not { } image)
        {
            return null;
        }

        // What an export of ours says of the answer; the annotation counts where it says so too, since somebody may have changed it there.
        bool isOurs = task.Part("meta", JsonValueKind.Object) is { } meta && meta.Text(AuditField.Action.Name) is not null;
        JsonElement known = isOurs ? task.GetProperty("meta") : default;
        if (isOurs)
        {
            image = AuditField.Take(AuditField.All, image, known, place, _problems);
        }

        Answer[] answers = [.. Annotations(task).Select(annotation => Of(annotation, control, place))];
        if (Only(answers, place) is { Action: not LabelAction.None } answer)
        {
            bool isBad = isOurs && answer.Action == LabelAction.Skip && AuditField.Action.With(image, known.Text(AuditField.Action.Name)!)?.Action == LabelAction.Bad;
            image = TakeAnnotation(image with { Action = isBad ? LabelAction.Bad : answer.Action, Class = answer.Class }, answer.Json, "completed_by", place);
        }

        return image with { Predictions = Predictions(task, control), ModelVersion = image.ModelVersion ?? Model(task) };
    }

    /// <summary>The one answer of a task: the annotation marked as ground truth, else what all say that did not skip it.</summary>
    private Answer Only(Answer[] answers, string place)
    {
        Answer[] counted = answers.Any(answer => answer.IsTruth) ? [.. answers.Where(answer => answer.IsTruth)]
            : answers.Any(answer => answer.Action == LabelAction.Label) ? [.. answers.Where(answer => answer.Action == LabelAction.Label)]
            : answers;
        string?[] said = [.. counted.Select(answer => answer.Class).Distinct()];
        if (said.Length > 1)
        {
            _problems.Add(new LabelProblem(place, string.Join(", ", said), "are the answers of several annotators", "one, or one marked as ground truth"));
        }

        return counted.LastOrDefault();
    }

    private Answer Of(JsonElement annotation, string? control, string place)
    {
        bool isTruth = IsTrue(annotation, "ground_truth");
        if (IsTrue(annotation, "was_cancelled"))
        {
            return new Answer(annotation, LabelAction.Skip, null, isTruth);
        }

        JsonElement[] results = [.. Results(annotation).Where(result => control is null || result.Text("from_name") == control)];
        string[] choices = [.. results.SelectMany(Choices)];
        if (results.Length > 0 && choices.Length != 1)
        {
            string type = results[0].Text("type") ?? string.Empty;
            _problems.Add(choices.Length == 0
                ? new LabelProblem(place, type, "is no answer with a class", "a result of the type choices")
                : new LabelProblem(place, string.Join(", ", choices), "are several classes", "one choice for an image"));
        }

        return choices.Length == 1 ? new Answer(annotation, LabelAction.Label, choices[0], isTruth) : new Answer(annotation, LabelAction.None, null, isTruth);
    }

    private ImageLabel TakeAnnotation(ImageLabel image, JsonElement annotation, string labeller, string place)
    {
        string? name = annotation.Part(labeller, JsonValueKind.Object)?.Text("email") ?? annotation.Text(labeller)
            ?? annotation.Number(labeller)?.ToString(CultureInfo.InvariantCulture);
        image = AuditField.Labeller.Take(image, name, place, _problems);
        image = AuditField.Time.Take(image, annotation.Text("created_at"), place, _problems);
        return annotation.Number("lead_time") is { } seconds && seconds is >= 0 and < int.MaxValue / MillisecondsOfSecond
            ? image with { Milliseconds = (int)Math.Round(seconds * MillisecondsOfSecond) }
            : image;
    }

    private static ClassProbability[] Predictions(JsonElement task, string? control) =>
    [
        .. Objects(task, "predictions").Where(one => one.Number("score") is not null).SelectMany(one => Results(one).Where(result => control is null || result.Text("from_name") == control)
            .SelectMany(Choices).Take(1).Select(choice => new ClassProbability(choice, one.Number("score")!.Value))),
    ];

    private static string? Model(JsonElement task) => Objects(task, "predictions").Select(one => one.Text("model_version")).FirstOrDefault(name => name is not null);

    /// <summary>The image that data names: as "image", else as the one text that names an image of the project.</summary>
    private ImageLabel? Image(JsonElement data)
    {
        string? text = data.Text("image") ?? data.EnumerateObject().Where(value => value.Value.ValueKind == JsonValueKind.String)
            .Select(value => value.Value.GetString()!).FirstOrDefault(_images.Knows);
        return text is null ? null : new ImageLabel(text);
    }

    private static IEnumerable<JsonElement> Annotations(JsonElement task) => Objects(task, "annotations");

    private static IEnumerable<JsonElement> Results(JsonElement annotation) => Objects(annotation, "result");

    private static IEnumerable<JsonElement> Objects(JsonElement json, string name)
        => json.Part(name, JsonValueKind.Array) is { } list ? list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object) : [];

    private static string[] Choices(JsonElement result)
        => result.Part("value", JsonValueKind.Object)?.Part("choices", JsonValueKind.Array) is { } list ? Texts(list) : [];

    private static string[] Texts(JsonElement list)
        => [.. list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)];

    private static bool IsTrue(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
