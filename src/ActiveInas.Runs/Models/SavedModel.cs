using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Data.Trees;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Models.Onnx;
using ActiveInas.Runs.Sessions;
using ActiveInas.Training;
using Google.Protobuf;

namespace ActiveInas.Runs.Models;

/// <summary>A trained network outside of the run that made it: to predict with, to evaluate, to hand on.</summary>
/// <example><code>
/// using IDevice device = KernelSelection.Measured.Row.Open(threads: 0);
/// using SavedModel model = SavedModel.Load("runs/photos", device);
/// foreach (ImagePrediction image in model.Predict(ImageReader.Open(["holiday"])))
/// {
///     Console.WriteLine($"{image.Path} {image.Best?.Class}");
/// }
/// </code></example>
public sealed class SavedModel : IDisposable
{
    private readonly ResidualNetwork _network;

    private SavedModel(string path, ResidualNetwork network, ModelDescription description)
    {
        Path = path;
        _network = network;
        Description = description;
        Classes = description.ClassNames.Count > 0 ? description.ClassNames : [.. Enumerable.Range(0, description.Shape.Classes).Select(index => $"{index}")];
    }

    /// <summary>The .safetensors file.</summary>
    public string Path { get; }

    /// <summary>Architecture, classes, image size, normalisation.</summary>
    public ModelDescription Description { get; }

    /// <summary>Names of the classes in label order; their numbers where the file has no names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The file of a model: a .safetensors file as it is; of a run, a trial or a labelling project (its folder, or its id in runs/) the latest network.</summary>
    /// <exception cref="RunException">There is none.</exception>
    public static string Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (File.Exists(model))
        {
            return model;
        }

        if (model.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(model))
        {
            throw new RunException($"There is no file '{model}': give a run's folder or id, or a .safetensors file of this program.");
        }

        RunFolder folder = Catalog.Find(model);
        return folder.LatestModel ?? throw new RunException(
            $"{folder.Root} holds no network: neither {System.IO.Path.GetRelativePath(folder.Root, folder.FinalModel)} nor a round's in "
            + $"{System.IO.Path.GetFileName(folder.Checkpoints)}/. Wait for its first round, or give a run's folder or a .safetensors file.");
    }

    /// <summary>Loads a model.</summary>
    /// <param name="model">As <see cref="Find"/> takes it.</param>
    /// <param name="device">Where to run; it must outlive the model.</param>
    /// <exception cref="RunException">There is none, or its file is malformed.</exception>
    public static SavedModel Load(string model, IDevice device)
    {
        string path = Find(model);
        try
        {
            (ResidualNetwork network, ModelDescription description) = ModelFile.Load(path, device);
            return new SavedModel(path, network, description);
        }
        catch (ModelFileException exception)
        {
            throw new RunException(exception.Message, exception);
        }
    }

    /// <summary>Writes the model as our safetensors file, with torchvision's names.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="temperature">By which its logits are divided before the softmax; null: as the model has it.</param>
    public void SaveSafetensors(string path, double? temperature = null)
        => ModelFile.Save(path, _network, Description.Normalization, Description.ClassNames, temperature ?? Description.Temperature);

    /// <summary>Writes the model as an ONNX file: see docs/models.md for its input and outputs.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="options">Variants; null: none.</param>
    /// <exception cref="RunException">The weights do not fit the format.</exception>
    public void SaveOnnx(string path, OnnxOptions? options = null)
        => AtomicFile.Write(path, stream => OnnxGraph.Create(_network, Description, options ?? new OnnxOptions()).WriteTo(stream));

    /// <summary>Images that are predicted at once; more are taken in parts.</summary>
    public int Batch => _network.Capacity;

    /// <summary>Predicts images in the order in which they come, with bounded memory. Images that cannot be read come with the reason.</summary>
    /// <param name="images">Their files.</param>
    /// <param name="cancellation">Asked before each batch.</param>
    public IEnumerable<ImagePrediction> Predict(ImageReader images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        foreach (ImageBatch batch in images.Read(Description.Shape.Height, Description.Shape.Width, Batch, cancellation))
        {
            foreach (ImagePrediction image in Predict(batch.Images, cancellation))
            {
                yield return image;
            }

            foreach (DataProblem problem in batch.Problems)
            {
                yield return new ImagePrediction(problem.Path, problem.Message, [], default);
            }
        }
    }

    /// <summary>Predicts decoded images, in their order. One caller at a time.</summary>
    /// <param name="images">Of the model's size.</param>
    /// <param name="cancellation">Asked before each batch.</param>
    public IReadOnlyList<ImagePrediction> Predict(ImageSet images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        int classes = Classes.Count, length = _network.Plan.EmbeddingLength;
        float[] embeddings = new float[images.Count * length];
        int[] all = [.. Enumerable.Range(0, images.Count)];
        float[] probabilities = Logits(images, all, cancellation, embeddings);
        return Array.ConvertAll(all, i =>
        {
            Memory<float> row = probabilities.AsMemory(i * classes, classes);
            Softmax.Row(row.Span);
            return new ImagePrediction(images.Names[i], null, Rank(row.Span), embeddings.AsMemory(i * length, length));
        });
    }

    /// <summary>Evaluates on labelled images; those without a label are left out.</summary>
    /// <param name="images">Of the model's size.</param>
    /// <param name="classes">What the labels of the images mean: names that the model knows too, in any order.</param>
    /// <param name="cancellation">Asked before each batch.</param>
    /// <exception cref="DataException">The images do not fit the model, or none has a label.</exception>
    public ModelEvaluation Evaluate(ImageSet images, IReadOnlyList<string> classes, CancellationToken cancellation = default)
    {
        (int[] indices, int[] labels) = Labelled(images, classes);
        (Evaluation evaluation, IReadOnlyList<IReadOnlyList<int>> confusion) = Evaluator.OfLogits(Logits(images, indices, cancellation), labels, Classes.Count);
        return new ModelEvaluation(Classes, evaluation, confusion);
    }

    /// <summary>Finds the temperature that makes the probabilities fit labelled images best: those should be none that the network has learnt.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public TemperatureFit FitTemperature(ImageSet images, IReadOnlyList<string> classes, CancellationToken cancellation = default)
    {
        (int[] indices, int[] labels) = Labelled(images, classes);
        float[] logits = Logits(images, indices, cancellation);
        foreach (ref float logit in logits.AsSpan())
        {
            logit = (float)(logit * Description.Temperature);
        }

        return TemperatureFit.Of(logits, labels, Classes.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private (int[] Indices, int[] Labels) Labelled(ImageSet images, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(classes);
        (_, _, int height, int width) = Description.Shape;
        if (images.Height != height || images.Width != width)
        {
            throw new DataException($"The model takes {height}x{width} images, the data set holds {images.Height}x{images.Width}: load it at the model's size.");
        }

        int[] indices = [.. Enumerable.Range(0, images.Count).Where(i => images.Labels[i] != ImageSet.Unknown)];
        if (indices.Length == 0)
        {
            throw new DataException($"None of the {images.Count} images has a label: give class folders or a `labelsTable`.");
        }

        int[] known = [.. classes.Select((name, index) => Description.ClassNames.Count == 0 ? index : Description.ClassNames.ToList().IndexOf(name))];
        int[] labels = Array.ConvertAll(indices, i => known[images.Labels[i]]);
        if (Array.FindIndex(labels, label => label < 0 || label >= Classes.Count) is >= 0 and int foreign)
        {
            throw new DataException(
                $"The model does not know the class '{classes[images.Labels[indices[foreign]]]}' of the data set; it knows {string.Join(", ", Classes.Take(20))}"
                + $"{(Classes.Count > 20 ? ", ..." : "")}. Rename the classes, or leave those images out.");
        }

        return (indices, labels);
    }

    /// <summary>Class scores of images over the temperature, [n, classes], and their embeddings, [n, D], where they are wanted.</summary>
    private float[] Logits(ImageSet images, int[] indices, CancellationToken cancellation, float[]? embeddings = null)
    {
        int classes = Classes.Count, length = _network.Plan.EmbeddingLength;
        float[] logits = new float[indices.Length * classes];
        new InferenceBatch(_network, Description.Normalization).Run(
            images,
            indices,
            (first, count) =>
            {
                _network.Logits.Read(logits.AsSpan(first * classes, count * classes));
                if (embeddings is not null)
                {
                    _network.Embedding.Read(embeddings.AsSpan(first * length, count * length));
                }
            },
            cancellation);
        if (Description.Temperature != 1)
        {
            foreach (ref float logit in logits.AsSpan())
            {
                logit = (float)(logit / Description.Temperature);
            }
        }

        return logits;
    }

    private RankedClass[] Rank(ReadOnlySpan<float> probabilities)
    {
        RankedClass[] ranked = new RankedClass[probabilities.Length];
        for (int c = 0; c < ranked.Length; c++)
        {
            ranked[c] = new RankedClass(Classes[c], probabilities[c]);
        }

        // Stable: of equal probabilities the first class comes first, as in an evaluation.
        return [.. ranked.OrderByDescending(one => one.Probability)];
    }
}
