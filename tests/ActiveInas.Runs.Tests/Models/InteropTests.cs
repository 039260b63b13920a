using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Runs.Models;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit.Abstractions;

namespace ActiveInas.Runs.Tests.Models;

/// <summary>A network trained on CIFAR-10, as other programs see it: ONNX Runtime, the onnx package of Python, PyTorch.</summary>
/// <remarks>Skipped where the images or the program are missing. AINAS_TORCH names the folder of benchmarks/peers/setup-pytorch.sh.</remarks>
public sealed class InteropTests(InteropTests.Trained trained, ITestOutputHelper output) : IClassFixture<InteropTests.Trained>
{
    private const int Classes = 10;

    [SkippableFact]
    public void The_fast_path_agrees_with_onnx_runtime_but_for_images_that_hang_in_the_balance()
    {
        trained.Require();
        (float[] theirs, _) = trained.OnnxRuntime();
        (float[] exact, _) = trained.Ours(StorageType.Single);
        (float[] fast, _) = trained.Ours(StorageType.BFloat16);
        Assert.True(Worst(exact, theirs) <= 1e-4, $"fp32: a probability differs by {Worst(exact, theirs):E2}");
        Assert.Equal(Winners(exact), Winners(theirs));

        int[] ours = Winners(fast), winners = Winners(theirs);
        int[] other = [.. Enumerable.Range(0, winners.Length).Where(i => ours[i] != winners[i])];
        double[] margins = [.. other.Select(i => Margin(theirs.AsSpan(i * Classes, Classes)))];
        double mean = fast.Zip(theirs, (a, b) => Math.Abs((double)a - b)).Average();
        output.WriteLine($"{trained.KernelName}: {other.Length} of {winners.Length} images have another class, margins up to {margins.DefaultIfEmpty().Max():0.0000}; probabilities differ by {mean:E2} on average, {Worst(fast, theirs):E2} at most");
        Assert.True(other.Length <= winners.Length / 100, $"{other.Length} of {winners.Length} images have another class");
        Assert.All(margins, margin => Assert.True(margin < 0.05, $"an image with a margin of {margin} has another class"));
        Assert.True(mean <= 5e-3, $"probabilities differ by {mean:E2} on average");
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void The_onnx_package_finds_nothing_wrong(bool fold, bool half)
    {
        const string Python = "/usr/bin/python3";
        Skip.IfNot(File.Exists(Python) && Run(Python, "-c", "import onnx").Code == 0, "python3-onnx is not installed");
        trained.Require();
        using TemporaryFolder folder = new();
        trained.Model.SaveOnnx(folder["model.onnx"], new OnnxOptions { Fold = fold, Half = half });
        (int code, string text) = Run(Python, Script("check_onnx.py"), folder["model.onnx"]);
        Assert.True(code == 0, text);
        JsonNode found = JsonNode.Parse(text)!;
        Assert.Equal((8, """[["",17]]"""), ((int)found["ir_version"]!, found["opset"]!.ToJsonString()));
        Assert.Empty(found["unknown"]!.AsArray());
        Assert.Equal("""{"input":["N",3,32,32],"logits":["N",10],"probabilities":["N",10],"embedding":["N",128]}""", found["shapes"]!.ToJsonString());
    }

    [SkippableFact]
    public void PyTorch_loads_the_weights_and_predicts_the_same()
    {
        string? torch = Environment.GetEnvironmentVariable("AINAS_TORCH");
        Skip.If(string.IsNullOrEmpty(torch), "AINAS_TORCH names no folder of benchmarks/peers/setup-pytorch.sh");
        trained.Require();
        string work = Path.Combine(torch, "interop");
        Directory.CreateDirectory(work);
        trained.Model.SaveSafetensors(Path.Combine(work, "model.safetensors"));
        File.WriteAllBytes(Path.Combine(work, "pixels"), trained.Pixels);
        File.Copy(Script("predict_torch.py"), Path.Combine(work, "predict_torch.py"), overwrite: true);
        (int code, string text) = Run("chroot", torch, "/usr/bin/python3", "/interop/predict_torch.py", "/interop/model.safetensors", "/interop/pixels", $"{trained.Count}", "/interop/out");
        Assert.True(code == 0, text);
        float[] theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(work, "out"))).ToArray();
        (float[] ours, float[] embeddings) = trained.Ours(StorageType.Single);
        float[] logits = theirs[..(trained.Count * Classes)];
        for (int i = 0; i < trained.Count; i++)
        {
            Softmax.Row(logits.AsSpan(i * Classes, Classes));
        }

        output.WriteLine($"PyTorch {text.Trim()}: probabilities differ by {Worst(ours, logits):E2} at most");
        Assert.Equal(Winners(ours), Winners(logits));
        Assert.True(Worst(ours, logits) <= 1e-4, $"a probability differs by {Worst(ours, logits):E2}");
        Assert.All(embeddings.Zip(theirs[(trained.Count * Classes)..]), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * (1 + Math.Abs(pair.First))));
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "interop", name);

    private static double Worst(float[] one, float[] other) => one.Zip(other, (a, b) => Math.Abs((double)a - b)).Max();

    private static int[] Winners(float[] probabilities) => [.. probabilities.Chunk(Classes).Select(row => Softmax.ArgMax(row))];

    private static double Margin(ReadOnlySpan<float> row)
    {
        float[] sorted = [.. row.ToArray().OrderDescending()];
        return sorted[0] - sorted[1];
    }

    private static (int Code, string Text) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? text : text + errors.Result);
    }

    /// <summary>A network that has learnt something, and 1,000 test images.</summary>
    public sealed class Trained : IAsyncLifetime, IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Lazy<IDevice> _exact = new(() => KernelTable.Open(StorageType.Single, threads: 0));
        private readonly string? _archive = ModelSamples.CifarArchive;
        private ImageSet _images = null!;

        internal SavedModel Model { get; private set; } = null!;

        public string KernelName { get; private set; } = "";

        public int Count => _images.Count;

        public byte[] Pixels => [.. Enumerable.Range(0, _images.Count).SelectMany(i => _images.Image(i).ToArray())];

        public async Task InitializeAsync()
        {
            if (_archive is null)
            {
                return;
            }

            // A fiftieth of the training part to learn from, every tenth of the test part.
            ImageSet learnt = DataSources.Load(new DataRequest(_archive, ImageSize: 32, Include: "*15.jpg,*55.jpg", Exclude: "test/**")).Train;
            _images = DataSources.Load(new DataRequest(_archive, ImageSize: 32, Include: "*0.jpg", Exclude: "train/**", Unlabelled: true)).Train;
            Recipe recipe = RecipeFile.Parse("""{ "basedOn": "quick", "name": "short", "training": { "epochs": 1, "minimumSteps": 120 } }""", "test");
            Normalization normalization = Normalization.Of(learnt);
            using LocalTrainer trainer = new(learnt, normalization);
            LabelledSample[] samples = [.. Enumerable.Range(0, learnt.Count).Select(i => new LabelledSample(new SampleId(i), learnt.Labels[i]))];
            TrainedModel result = await trainer.TrainAsync(new TrialRequest("interop", new ActiveInas.Architectures.Architecture(1, 2), Classes, samples, [], recipe, 3), CancellationToken.None);
            using (result.Model)
            {
                ((NetworkModel)result.Model).Save(_folder["model.safetensors"], ModelSamples.Classes);
            }

            Model = SavedModel.Load(_folder["model.safetensors"], _exact.Value);
        }

        public void Require() => Skip.If(_archive is null, "cifar10-images.tar.gz is not on this machine (AINAS_DATA_DIR)");

        internal (float[] Probabilities, float[] Embeddings) Ours(StorageType storage)
        {
            using IDevice device = storage == StorageType.Single ? KernelTable.Open(storage, 0) : KernelSelection.Measured.Row.Open(0);
            KernelName = device.KernelName;
            using SavedModel model = SavedModel.Load(Model.Path, device);
            IReadOnlyList<ImagePrediction> predictions = model.Predict(_images);
            string[] names = [.. model.Classes];
            return (
                [.. predictions.SelectMany(one => names.Select(name => one.Classes.Single(ranked => ranked.Class == name).Probability))],
                [.. predictions.SelectMany(one => one.Embedding.ToArray())]);
        }

        internal (float[] Probabilities, float[] Embeddings) OnnxRuntime()
        {
            Model.SaveOnnx(_folder["model.onnx"]);
            using InferenceSession session = new(_folder["model.onnx"]);
            List<float> probabilities = [], embeddings = [];
            foreach (int[] part in Enumerable.Range(0, Count).Chunk(100))
            {
                float[] planes = new float[part.Length * 3 * 1024];
                for (int n = 0; n < part.Length; n++)
                {
                    ReadOnlySpan<byte> image = _images.Image(part[n]);
                    for (int i = 0; i < image.Length; i++)
                    {
                        planes[(((n * 3) + (i % 3)) * 1024) + (i / 3)] = image[i];
                    }
                }

                using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
                    session.Run([NamedOnnxValue.CreateFromTensor("input", new DenseTensor<float>(planes, [part.Length, 3, 32, 32]))], ["probabilities", "embedding"]);
                probabilities.AddRange(results[0].AsEnumerable<float>());
                embeddings.AddRange(results[1].AsEnumerable<float>());
            }

            return ([.. probabilities], [.. embeddings]);
        }

        public Task DisposeAsync()
        {
            Dispose();
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            Model?.Dispose();
            if (_exact.IsValueCreated)
            {
                _exact.Value.Dispose();
            }

            _folder.Dispose();
        }
    }
}
