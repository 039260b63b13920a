using System.Text.Json.Nodes;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Tests.Labelling.Formats;

/// <summary>What Label Studio exports, and what it is given.</summary>
public sealed class LabelStudioTests : IDisposable
{
    private static readonly string[] s_classes = ["cat", "dog"];
    private readonly FormatFolder _folder = new("a.jpg", "sub/b.jpg", "sub/my photo (1).jpg", "sub/ü.jpg", "c.jpg");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/data/local-files/?d=a.jpg", "a.jpg")]
    [InlineData("/data/local-files/?d=photos/pool/sub/b.jpg", "sub/b.jpg")]
    [InlineData("http://localhost:8080/data/local-files/?d=photos%2Fsub%2F%C3%BC.jpg", "sub/ü.jpg")]
    [InlineData("/data/upload/13/e51153b4-b.jpg", "sub/b.jpg")]
    [InlineData("/data/upload/e51153b4-a.jpg", "a.jpg")]
    [InlineData("/data/upload/1/e51153b4-my_photo_1.jpg", "sub/my photo (1).jpg")]
    [InlineData("/data/upload/1/e51153b4-u%CC%88.jpg", "sub/ü.jpg")]
    [InlineData("s3://bucket/pool/sub/b.jpg", "sub/b.jpg")]
    [InlineData("https://example.com/pool/sub/b.jpg?token=abc#x", "sub/b.jpg")]
    [InlineData("/home/me/photos/sub/b.jpg", "sub/b.jpg")]
    [InlineData("sub/b.jpg", "sub/b.jpg")]
    [InlineData("b.jpg", "sub/b.jpg")]
    public void Images_are_found_by_what_Label_Studio_calls_them(string reference, string path)
    {
        JsonArray tasks = [Task(reference, Annotation("cat"))];
        Assert.Equal([(path, "cat")], Read(tasks).OrThrow().Labels.Select(image => (image.Path, image.Class!)));
    }

    [Fact]
    public void A_full_export_is_read()
    {
        // As Label Studio 1.x writes it.
        LabelImport read = _folder.Read(
            "file",
            """
            [{"id": 7, "annotations": [{"id": 3, "completed_by": 10, "result": [{"value": {"choices": ["dog"]}, "id": "Dx_aB91ISN", "from_name": "choice", "to_name": "image", "type": "choices",
                "origin": "manual"}], "was_cancelled": false, "ground_truth": false, "created_at": "2026-03-09T22:16:08.728353Z", "updated_at": "2026-03-09T22:16:09Z", "draft_created_at": null,
                "lead_time": 4.288, "prediction": {}, "result_count": 0, "task": 7, "parent_prediction": null, "parent_annotation": null}],
              "file_upload": "e51153b4-a.jpg", "drafts": [], "predictions": [{"model_version": "m1", "score": 0.7, "result": [{"from_name": "choice", "to_name": "image", "type": "choices",
                "value": {"choices": ["cat"]}}]}], "data": {"image": "\/data\/upload\/13\/e51153b4-a.jpg"}, "meta": {}, "created_at": "2026-03-09T21:52:49Z", "inner_id": 1, "project": 13},
             {"id": 8, "annotations": [{"completed_by": {"id": 4, "email": "zoe@example.com"}, "result": [], "was_cancelled": true}], "predictions": [], "data": {"image": "sub/b.jpg"}},
             {"id": 9, "annotations": [], "predictions": [], "data": {"image": "c.jpg"}}]
            """,
            s_classes).OrThrow();
        Assert.Equal("label-studio", read.Format);
        ImageLabel first = read.Labels[0];
        Assert.Equal(("a.jpg", "dog", LabelAction.Label, "10", 4288, "m1"), (first.Path, first.Class, first.Action, first.Labeller, first.Milliseconds, first.ModelVersion));
        Assert.Equal(new DateTimeOffset(2026, 3, 9, 22, 16, 8, TimeSpan.Zero).AddTicks(7283530), first.Time);
        Assert.Equal([new ClassProbability("cat", 0.7)], first.Predictions);
        Assert.Equal((LabelAction.Skip, "zoe@example.com"), (read.Labels[1].Action, read.Labels[1].Labeller));
        Assert.Equal(LabelAction.None, read.Labels[2].Action);
    }

    [Theory]
    [InlineData("""[{"image": "/data/upload/1/0123abcd-a.jpg", "id": 1, "choice": "cat", "annotator": 1, "annotation_id": 1, "created_at": "2026-03-09T22:16:08Z", "lead_time": 1.5}]""")]
    [InlineData("""[{"image": "a.jpg", "id": 1, "camera": "north", "kind of animal": "cat", "annotator": "1", "annotation_id": 1, "created_at": "2026-03-09T22:16:08Z", "lead_time": 1.5}]""")]
    [InlineData("""[{"photo": "a.jpg", "id": 1, "label": {"choices": ["cat"]}, "annotator": {"email": "1"}, "created_at": "2026-03-09T22:16:08Z", "lead_time": 1.5}]""")]
    public void A_small_export_is_read(string text)
    {
        ImageLabel image = Assert.Single(_folder.Read("file", text, s_classes).OrThrow().Labels);
        Assert.Equal(("a.jpg", "cat", LabelAction.Label, "1", 1500), (image.Path, image.Class, image.Action, image.Labeller, image.Milliseconds));
        Assert.Equal(new DateTimeOffset(2026, 3, 9, 22, 16, 8, TimeSpan.Zero), image.Time);
    }

    [Fact]
    public void Annotators_agree_or_one_is_the_truth()
    {
        JsonArray tasks =
        [
            Task("a.jpg", Annotation("cat"), Cancelled(), Annotation("cat")),
            Task("c.jpg", Annotation("cat"), Annotation("dog", isTruth: true)),
            Task("sub/b.jpg", Cancelled(), Cancelled()),
        ];
        Assert.Equal([("a.jpg", "cat"), ("c.jpg", "dog"), ("sub/b.jpg", null)], Read(tasks).OrThrow().Labels.Select(image => (image.Path, image.Class)));

        tasks.Add(Task("sub/ü.jpg", Annotation("cat"), Annotation("dog")));
        LabelProblem problem = Assert.Single(Read(tasks).Problems);
        Assert.Equal("task 4: 'cat, dog' are the answers of several annotators; wanted one, or one marked as ground truth", problem.ToString());
    }

    [Theory]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"type": "rectanglelabels", "value": {"rectanglelabels": ["cat"]}}]}]}]""", "task 1: 'rectanglelabels' is no answer with a class")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"type": "choices", "value": {"choices": ["cat", "dog"]}}]}]}]""", "task 1: 'cat, dog' are several classes")]
    [InlineData("""[{"data": {"text": "hello"}, "annotations": []}]""", "task 1: '{\"data\": {\"text\": \"hello\"}, \"annotations\": []}' names no image")]
    [InlineData("""["a.jpg"]""", "task 1: '\"a.jpg\"' names no image")]
    [InlineData("""[{"image": "a.jpg", "id": 1}]""", "task 1: '{\"image\": \"a.jpg\", \"id\": 1}' has no choice")]
    [InlineData("""[{"image": "a.jpg", "choice": "cat"}, {"image": "a.jpg", "choice": "dog"}]""", "task 2: 'a.jpg' is dog here but cat in task 1")]
    public void What_is_no_answer_is_told(string text, string problem)
        => Assert.StartsWith(problem, Assert.Single(_folder.Read("file", text, s_classes).Problems).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Of_several_controls_the_one_with_the_classes_counts()
    {
        JsonArray tasks = [Task("a.jpg", Annotation("cat")), Task("c.jpg", Annotation("dog"))];
        foreach (JsonNode? task in tasks)
        {
            task!["annotations"]![0]!["result"]!.AsArray().Add(JsonNode.Parse("""{"from_name": "quality", "type": "choices", "value": {"choices": ["sharp"]}}"""));
        }

        Assert.Equal(["cat", "dog"], Read(tasks).OrThrow().Labels.Select(image => image.Class));
        LabelProblem problem = _folder.Read("file", tasks.ToJsonString(), "other").Problems[0];
        Assert.Equal("from_name: 'choice, quality' could each hold the class; wanted one control whose choices are all classes of the project", problem.ToString());
    }

    [Fact]
    public void Tasks_are_written_as_Label_Studio_takes_them()
    {
        ImageLabel image = new("sub/my photo (1).jpg")
        {
            Action = LabelAction.Label,
            Class = "dog",
            Labeller = "zoe@example.com",
            Time = new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero),
            Milliseconds = 1234,
            ModelVersion = "round 2",
            Predictions = [new("dog", 0.75)],
        };
        LabelFormats.Write("label-studio", [image, image with { Path = "c.jpg", Class = null, Action = LabelAction.Bad, Labeller = "Zoë" }], s_classes, _folder.Source, _folder["tasks.json"]);
        JsonArray tasks = JsonNode.Parse(File.ReadAllText(_folder["tasks.json"]))!.AsArray();
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                """
                {"data": {"image": "/data/local-files/?d=sub/my%20photo%20%281%29.jpg"}, "meta": {"action": "label", "labeller": "zoe@example.com", "model_version": "round 2"},
                 "annotations": [{"result": [{"from_name": "choice", "to_name": "image", "type": "choices", "value": {"choices": ["dog"]}}], "was_cancelled": false, "ground_truth": false,
                   "completed_by": {"email": "zoe@example.com"}, "created_at": "2026-11-27T12:00:00.0000000Z", "lead_time": 1.234}],
                 "predictions": [{"model_version": "round 2", "score": 0.75, "result": [{"from_name": "choice", "to_name": "image", "type": "choices", "value": {"choices": ["dog"]}}]}]}
                """),
            tasks[0]), tasks[0]!.ToJsonString());
        Assert.Equal(("bad", "Zoë", true, 0), ((string)tasks[1]!["meta"]!["action"]!, (string)tasks[1]!["meta"]!["labeller"]!, (bool)tasks[1]!["annotations"]![0]!["was_cancelled"]!,
            tasks[1]!["annotations"]![0]!["result"]!.AsArray().Count));
        Assert.Null(tasks[1]!["annotations"]![0]!["completed_by"]);
    }

    [Fact]
    public void What_was_changed_there_counts()
    {
        LabelFormats.Write(
            "label-studio", [new ImageLabel("a.jpg") { Action = LabelAction.Label, Class = "cat", Labeller = "Zoë", Round = 3 }], s_classes, _folder.Source, _folder["tasks.json"]);
        JsonArray tasks = JsonNode.Parse(File.ReadAllText(_folder["tasks.json"]))!.AsArray();
        tasks[0]!["annotations"]![0] = Annotation("dog");
        tasks[0]!["annotations"]![0]!["completed_by"] = 4;
        ImageLabel image = Assert.Single(Read(tasks).OrThrow().Labels);
        Assert.Equal(("dog", "4", 3), (image.Class, image.Labeller, image.Round));

        // An annotation that was taken away there is no label here.
        tasks[0]!["annotations"] = new JsonArray();
        Assert.Equal((LabelAction.None, null), (Read(tasks).Labels[0].Action, Read(tasks).Labels[0].Class));
    }

    private LabelImport Read(JsonArray tasks) => _folder.Read("file", tasks.ToJsonString(), s_classes);

    private static JsonObject Task(string image, params JsonNode[] annotations)
        => new() { ["data"] = new JsonObject { ["image"] = image }, ["annotations"] = new JsonArray(annotations) };

    private static JsonObject Annotation(string choice, bool isTruth = false) => new()
    {
        ["ground_truth"] = isTruth,
        ["result"] = new JsonArray(new JsonObject { ["from_name"] = "choice", ["type"] = "choices", ["value"] = new JsonObject { ["choices"] = new JsonArray(choice) } }),
    };

    private static JsonObject Cancelled() => new() { ["was_cancelled"] = true, ["result"] = new JsonArray() };
}
