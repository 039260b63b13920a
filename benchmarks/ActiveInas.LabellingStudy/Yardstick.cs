using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Networks;
using ActiveInas.Querying;

namespace ActiveInas.LabellingStudy;

/// <summary>Scores networks on images of the pool, by the truth that no server knows.</summary>
/// <param name="pool">In the order of the server's ids.</param>
/// <param name="labels">Index of the class of each.</param>
internal sealed class Yardstick(ImageSet pool, int[] labels)
{
    /// <summary>Reads the images as the server does.</summary>
    public static Yardstick Of(FlatFolder set)
    {
        ImageSet pool = DataSources.Load(new DataRequest(set.Root, Unlabelled: true)).Train;
        return new Yardstick(pool, [.. pool.Names.Select(name => set.Classes.ToList().IndexOf(set.Truth[Path.GetFileName(name)]))]);
    }

    /// <summary>Share of the images outside `labelled` that a network recognises, and their number.</summary>
    /// <param name="model">A model file.</param>
    /// <param name="labelled">Ids.</param>
    public (double Accuracy, int Images) Score(string model, IReadOnlySet<int> labelled)
    {
        using var device = KernelSelection.FindForRun(name: null).Open();
        using NetworkModel network = NetworkModel.Load(model, device, pool);
        SampleId[] rest = [.. Enumerable.Range(0, pool.Count).Where(id => !labelled.Contains(id)).Select(id => new SampleId(id))];
        float[] probabilities = Softmax.Probabilities(network.Embed(rest, CancellationToken.None), network.Head, 1, CancellationToken.None);
        int right = rest.Where((id, i) => Softmax.ArgMax(probabilities.AsSpan(i * network.Classes, network.Classes)) == labels[id.Value]).Count();
        return ((double)right / rest.Length, rest.Length);
    }
}
