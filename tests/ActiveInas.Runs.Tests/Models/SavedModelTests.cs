using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Data.Trees;
using ActiveInas.Runs.Models;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Models;

public sealed class SavedModelTests : IDisposable
{
    private static readonly string[] s_classes = ["cat", "dog", "bird"];
    private readonly TemporaryFolder _folder = new();
    private readonly IDevice _device = KernelTable.Open(StorageType.Single, threads: 1);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_run_means_its_latest_network()
    {
        RunException nothing = Assert.Throws<RunException>(() => SavedModel.Find(_folder.Path));
        Assert.Contains("holds no network: neither model", nothing.Message, StringComparison.Ordinal);

        foreach (int round in (int[])[2, 99, 100])
        {
            ModelSamples.Write(_folder[$"checkpoints/round_{round:00}.safetensors"], ModelSamples.Shape(8, 3));
        }

        Assert.Equal("round_100.safetensors", Path.GetFileName(SavedModel.Find(_folder.Path)));
        ModelSamples.Write(_folder["model/model.safetensors"], ModelSamples.Shape(8, 3));
        Assert.Equal("model.safetensors", Path.GetFileName(SavedModel.Find(_folder.Path)));
        Assert.Equal(_folder["model/model.safetensors"], SavedModel.Find(_folder["model/model.safetensors"]));
        Assert.Contains("There is no file", Assert.Throws<RunException>(() => SavedModel.Find(_folder["no.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Safetensors_come_back_byte_for_byte()
    {
        using SavedModel model = Load();
        model.SaveSafetensors(_folder["again.safetensors"]);
        Assert.Equal(File.ReadAllBytes(model.Path), File.ReadAllBytes(_folder["again.safetensors"]));
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        File.WriteAllText(_folder["text.safetensors"], "no model at all");
        Assert.Contains("text.safetensors", Assert.Throws<RunException>(() => SavedModel.Load(_folder["text.safetensors"], _device)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_predicted_in_order_and_bad_ones_come_with_the_reason()
    {
        for (int i = 0; i < 300; i++)
        {
            WriteImage($"images/{i:000}.ppm", (byte)(i % 256));
        }

        File.WriteAllText(_folder["images/007.ppm"], "P6 4 4 255\n");
        File.WriteAllBytes(_folder["broken.jpg"], [1, 2, 3]);
        WriteImage("single.ppm", 9);
        using SavedModel model = Load();
        ImagePrediction[] images = [.. model.Predict(ImageReader.Open([_folder["single.ppm"], _folder["images"], _folder["broken.jpg"]]))];
        Assert.Equal(302, images.Length);
        Assert.Equal([_folder["broken.jpg"], _folder["images/007.ppm"]], images.Where(image => image.Problem is not null).Select(image => image.Path).Order(StringComparer.Ordinal));
        Assert.Equal(_folder["single.ppm"], images[0].Path);
        ImagePrediction[] good = [.. images.Where(image => image.Problem is null)];
        Assert.All(good, image => Assert.Equal(1, image.Classes.Sum(one => one.Probability), 1e-5));
        Assert.All(good, image => Assert.Equal(image.Classes.Max(one => one.Probability), image.Best!.Value.Probability));

        // One colour, one answer: whatever stands beside it in a batch.
        ImagePrediction alike = good.Single(image => image.Path == _folder["images/009.ppm"]);
        Assert.Equal(good[0].Embedding.ToArray(), alike.Embedding.ToArray());
        Assert.Equal(good[0].Classes, alike.Classes);
    }

    [Fact]
    public void A_path_that_is_not_there_is_named()
        => Assert.Contains("There is no", Assert.Throws<DataException>(() => ImageReader.Open([_folder["nowhere"]])).Message, StringComparison.Ordinal);

    [Fact]
    public void Classes_are_matched_by_name()
    {
        using SavedModel model = Load();
        ImageSet images = Solid(8, [10, 60, 110, 160, 210]);
        ModelEvaluation first = model.Evaluate(images, s_classes);
        int[] predicted = [.. Enumerable.Range(0, 5).Select(_ => 0)];
        for (int i = 0; i < 5; i++)
        {
            ModelEvaluation one = model.Evaluate(Solid(8, [(byte)(10 + (50 * i))]), s_classes);
            predicted[i] = one.Confusion[0].ToList().IndexOf(1);
        }

        // The data has the classes in another order; each image is labelled with what the model says.
        string[] shuffled = ["bird", "cat", "dog", "never used"];
        int[] labels = [.. predicted.Select(index => Array.IndexOf(shuffled, s_classes[index]))];
        ModelEvaluation right = model.Evaluate(new ImageSet(8, 8, images.Pixels, labels, images.Names), shuffled);
        Assert.Equal((5, 5, 1.0), (right.Accuracy.Right, right.Accuracy.Count, right.Evaluation.Accuracy));
        Assert.Empty(right.Mistakes);
        Assert.Equal(5, first.Confusion.Sum(row => row.Sum()));
        Assert.Equal(first.Evaluation.Classes[0].Right, first.Confusion[0][0]);

        DataException foreign = Assert.Throws<DataException>(() => model.Evaluate(images, ["horse"]));
        Assert.Contains("does not know the class 'horse'", foreign.Message, StringComparison.Ordinal);
        Assert.Contains("takes 8x8 images", Assert.Throws<DataException>(() => model.Evaluate(Solid(4, [1]), s_classes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embeddings_are_a_NumPy_file()
    {
        using MemoryStream stream = new();
        EmbeddingFile file = new(stream, 2);
        file.Add([1.5f, -2]);
        file.Add([0, 3]);
        file.Finish();
        byte[] bytes = stream.ToArray();
        Assert.Equal(128 + 16, bytes.Length);
        Assert.Equal("\u0093NUMPY\u0001\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", System.Text.Encoding.Latin1.GetString(bytes, 0, 128).TrimEnd());
        Assert.Equal([1.5f, -2, 0, 3], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan(128)).ToArray());
    }

    private SavedModel Load()
    {
        ModelSamples.Write(_folder["three.safetensors"], ModelSamples.Shape(8, 3), s_classes);
        return SavedModel.Load(_folder["three.safetensors"], _device);
    }

    private void WriteImage(string name, byte value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], [.. "P6 4 4 255\n"u8, .. Enumerable.Repeat(value, 48)]);
    }

    private static ImageSet Solid(int side, byte[] values)
        => new(side, side, [.. values.SelectMany(value => Enumerable.Repeat(value, side * side * 3))], new int[values.Length], [.. values.Select(value => $"{value}")]);
}
