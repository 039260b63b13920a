namespace ActiveInas.Compute.Tests.Contract;

/// <summary>What follows the body: dropout, dense layer, loss, and the optimiser.</summary>
internal static class HeadCases
{
    private static readonly (int Capacity, int Rows, int Columns, int Classes)[] s_shapes = [(1, 1, 1, 2), (4, 3, 64, 10), (2, 2, 7, 3), (5, 5, 96, 100), (3, 1, 33, 17), (130, 128, 64, 10)];

    public static IEnumerable<OpCase> All()
    {
        foreach ((int capacity, int rows, int columns, int classes) in s_shapes)
        {
            yield return Dropout(capacity, rows, columns, 0.5);
            yield return DenseForward(capacity, rows, columns, classes);
            yield return DenseBackward(capacity, rows, columns, classes, withInput: true);
            yield return DenseBackward(capacity, rows, columns, classes, withInput: false);
            yield return Loss(capacity, rows, classes, spread: 3);
            yield return Sgd((columns * classes) + capacity, 0.9, 1e-3);
            yield return Sgd([columns * classes, classes, capacity, columns], 0.9, 1e-3);
        }

        yield return Dropout(3, 2, 40, 0);
        yield return Dropout(3, 2, 40, 0.1);
        yield return Dropout(3, 2, 40, 1);
        yield return Loss(3, 2, 10, spread: 60);
        yield return Sgd(5000, 0, 0);
    }

    public static OpCase Dropout(int capacity, int rows, int columns, double rate) => new($"dropout {rate} [{rows}of{capacity}, {columns}]", bench =>
    {
        Matrix x = bench.InOut("x", capacity, rows, columns);
        int[] keys = [.. Enumerable.Range(0, rows).Select(_ => bench.Random.NextInt(0, 50_000))];
        return () => bench.Device.Dropout(x, rate, 77, keys);
    });

    public static OpCase DenseForward(int capacity, int rows, int columns, int classes)
        => new($"dense forward [{rows}of{capacity}, {columns}] {classes}", bench =>
        {
            Matrix x = bench.Input(capacity, rows, columns);
            Parameter w = bench.Weights(columns * classes, gradient: null);
            Parameter b = bench.Weights(classes, gradient: null);
            Matrix logits = bench.Output("logits", capacity, rows, classes);
            return () => bench.Device.DenseForward(x, w, b, logits);
        });

    public static OpCase DenseBackward(int capacity, int rows, int columns, int classes, bool withInput)
        => new($"dense backward{(withInput ? " with dx" : "")} [{rows}of{capacity}, {columns}] {classes}", bench =>
        {
            Matrix x = bench.Input(capacity, rows, columns);
            Parameter w = bench.Weights(columns * classes, "dw");
            Parameter b = bench.Weights(classes, "db");
            Matrix dLogits = bench.Input(capacity, rows, classes);
            Matrix? dx = withInput ? bench.Output("dx", capacity, rows, columns) : null;
            return () => bench.Device.DenseBackward(x, w, b, dLogits, dx);
        });

    public static OpCase Loss(int capacity, int rows, int classes, double spread) => new($"loss [{rows}of{capacity}, {classes}] spread {spread}", bench =>
    {
        Matrix logits = bench.Input(capacity, rows, classes, -spread, spread);
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => bench.Random.NextInt(0, classes - 1))];
        Matrix dLogits = bench.Output("dLogits", capacity, rows, classes);
        Matrix losses = bench.InOut("losses", 1, 1, 3);
        return () => bench.Device.SoftmaxCrossEntropy(logits, labels, dLogits, losses, 1);
    });

    public static OpCase Sgd(int length, double momentum, double weightDecay) => Sgd([length], momentum, weightDecay);

    /// <summary>The decay is for every other parameter, the first among them.</summary>
    public static OpCase Sgd(int[] lengths, double momentum, double weightDecay)
        => new($"sgd {string.Join(' ', lengths)} momentum {momentum} decay {weightDecay}", bench =>
        {
            Parameter[] parameters = [.. lengths.Select((length, i) => bench.Trainable(length, decays: i % 2 == 0, lengths.Length > 1 ? $" {i}" : ""))];
            return () => bench.Device.SgdStep(parameters, 0.05, momentum, weightDecay);
        });
}
