using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Training;

namespace ActiveInas.Tests.Learning;

public sealed class NeverPredictedTests
{
    // Class a: every prediction. b: images, no prediction. c: the test part has none.
    private static readonly Evaluation s_collapsed = new(9, 6.0 / 9, 1, [1, 0, double.NaN], 0.1) { Classes = [new(6, 9, 6), new(3, 0, 0), new(0, 0, 0)] };

    private static readonly RoundRecord s_round = new(3, 240, new Architecture(1, 2), 307_274, 99_000_000_000, s_collapsed, 0.3, 300, 12.25, null);

    [Fact]
    public void Classes_with_labels_and_test_images_and_no_prediction_count()
    {
        Assert.Equal([1], NeverPredicted.On(s_collapsed, Labels((1, 0), (2, 1), (3, 2))));
        Assert.Empty(NeverPredicted.On(s_collapsed, Labels((1, 0), (3, 2))));
        Assert.Empty(NeverPredicted.On(s_collapsed with { Classes = [] }, Labels((1, 0), (2, 1))));
    }

    [Fact]
    public void Without_a_test_part_the_training_images_tell()
    {
        // The stub takes every image for class 0.
        using StubModel model = new StubTrainer().Open(new Architecture(1, 1));
        Assert.Equal([1], NeverPredicted.On(model, Labels((4, 0), (5, 1), (6, 0)), 1, CancellationToken.None));
        Assert.Empty(NeverPredicted.On(model, Labels((4, 0), (6, 0)), 1, CancellationToken.None));
    }

    [Fact]
    public void The_sentence_names_round_classes_part_and_what_to_do()
    {
        RoundRecord round = s_round with { NeverPredicted = [1, 3] };
        string text = NeverPredicted.Text(round, 6, ["dent", "scratch", "hole", "pit", "crack", "rust"])!;
        Assert.StartsWith("round 3: the model never predicts 2 of its 6 classes (scratch, pit) on the test part: ask for more", text, StringComparison.Ordinal);
        Assert.Contains("`query=class-balanced:NAME`", text, StringComparison.Ordinal);
        Assert.EndsWith(NeverPredicted.Advice, text, StringComparison.Ordinal);
        Assert.Contains("(1, 3) on its own training images", NeverPredicted.Text(round with { Test = null }, 6, []), StringComparison.Ordinal);
        Assert.Contains("(0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 5 more)", NeverPredicted.Text(round with { NeverPredicted = [.. Enumerable.Range(0, 15)] }, 20, []), StringComparison.Ordinal);
        Assert.Null(NeverPredicted.Text(round with { NeverPredicted = [] }, 6, []));
    }

    private static LabelledSample[] Labels(params (int Id, int Label)[] labels)
        => [.. labels.Select(label => new LabelledSample(new SampleId(label.Id), label.Label))];
}
