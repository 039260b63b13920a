using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Kernels;

namespace ActiveInas.Training;

/// <summary>Jobs as JSON of one line, in the form that <see cref="TrialJob"/> shows. Reading is strict: an unknown key is an error that names it.</summary>
internal static class TrialJobJson
{
    private const int SchemaVersion = 1;
    private const int IdDigits = 12;
    private const int FingerprintDigits = 64;
    private const string Data = "data", Request = "request", Source = "source", LabelsTable = "labelsTable", Init = "init", InitFile = "file";

    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The job as JSON, the same text for the same job.</summary>
    public static string Write(TrialJob job) => ToNode(job).ToJsonString(s_options);

    /// <summary>Reads a job.</summary>
    /// <param name="json">The text.</param>
    /// <param name="origin">Named in errors: the file.</param>
    /// <exception cref="ConfigurationException">It describes none; the message names the key.</exception>
    public static TrialJob Read(string json, string origin)
    {
        StrictJson root = StrictJson.Parse(json, origin, "schema_version", "kernels", Data, Request);
        int version = root.Value<int>("schema_version", "a whole number");
        if (version != SchemaVersion)
        {
            throw new ConfigurationException($"{origin}: schema_version is {version}, and this version of the program reads {SchemaVersion}: write the job with the program that is to run it.");
        }

        TrialData data = ReadData(root);
        return new TrialJob(data, ReadFamily(root), ReadRequest(root, data.Classes.Count, origin));
    }

    /// <summary>See <see cref="TrialJob.Id"/>.</summary>
    public static string Id(TrialJob job)
    {
        JsonObject around = Around(job);
        around[Data]!.AsObject().Remove(Source);
        around[Data]!.AsObject().Remove(LabelsTable);
        return Convert.ToHexStringLower(job.Request.Digest(around))[..IdDigits];
    }

    /// <summary>See <see cref="TrialRequest.Digest"/>.</summary>
    public static byte[] Digest(JsonObject around, TrialRequest request)
    {
        JsonObject json = around.DeepClone().AsObject();
        json[Request] = ToNode(request);
        (json[Request]![Init] as JsonObject)?.Remove(InitFile);
        return SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString(s_options)));
    }

    private static JsonObject ToNode(TrialJob job)
    {
        JsonObject json = Around(job);
        json[Request] = ToNode(job.Request);
        return json;
    }

    private static JsonObject Around(TrialJob job) => new()
    {
        ["schema_version"] = SchemaVersion,
        ["kernels"] = KernelSelection.FamilyName(job.Kernels),
        [Data] = ToNode(job.Data),
    };

    private static JsonObject ToNode(TrialRequest request)
    {
        JsonObject json = Described(request);
        if (request.Init is { } init)
        {
            json[Init] = new JsonObject { [InitFile] = init.File, ["sha256"] = init.Sha256, ["head"] = init.Head };
        }

        return json;
    }

    private static JsonObject Described(TrialRequest request) => new()
    {
        ["key"] = request.Key,
        ["architecture"] = request.Architecture.ToString(),
        ["seed"] = request.Seed,
        ["measure"] = ErrorMeasures.Key(request.Measure),
        ["train"] = ToNode(request.Train),
        ["validation"] = ToNode(request.Validation),
        ["recipe"] = JsonNode.Parse(RecipeFile.ToJson(request.Recipe)),
    };

    private static JsonObject ToNode(TrialData data)
    {
        DataRequest request = data.Request;
        JsonObject json = new() { [Source] = request.Source, ["seed"] = request.Seed, ["useAllTraining"] = request.UseAllTraining };
        (string Key, JsonNode? Value)[] optional =
        [
            ("imageSize", request.ImageSize), ("include", request.Include), ("exclude", request.Exclude), ("validationPart", request.ValidationPart?.ToString().ToLowerInvariant()),
            (LabelsTable, request.LabelsTable), ("unlabelled", request.Unlabelled ? true : null), ("simulate", data.Simulate?.ToString()),
        ];
        foreach ((string key, JsonNode? value) in optional.Where(pair => pair.Value is not null))
        {
            json[key] = value;
        }

        json["classes"] = new JsonArray([.. data.Classes.Select(name => JsonValue.Create(name))]);
        json["fingerprint"] = data.Fingerprint;
        return json;
    }

    // A set has no order, and a job's id depends on none.
    private static JsonArray ToNode(IReadOnlyList<LabelledSample> samples)
        => new([.. samples.OrderBy(sample => sample.Id).Select(sample => new JsonArray(sample.Id.Value, sample.Label))]);

    private static TrialData ReadData(StrictJson root)
    {
        StrictJson json = root.Group(
            Data, Source, "seed", "useAllTraining", "imageSize", "include", "exclude", "validationPart", LabelsTable, "unlabelled", "simulate", "classes", "fingerprint");
        DataRequest request = new(
            json.Value<string>(Source, "a text"),
            ImageSize: json.WholeOrNull("imageSize"),
            Seed: json.Value<ulong>("seed", "a whole number from 0"),
            UseAllTraining: json.Value<bool>("useAllTraining", "true or false"),
            Include: json.TextOrNull("include"),
            Exclude: json.TextOrNull("exclude"),
            ValidationPart: json.TextOrNull("validationPart") switch
            {
                null => null,
                "pool" => ValidationUse.Pool,
                "test" => ValidationUse.Test,
                _ => throw json.Wrong("validationPart", "\"pool\" or \"test\""),
            },
            LabelsTable: json.TextOrNull(LabelsTable),
            Unlabelled: json.Has("unlabelled") && json.Value<bool>("unlabelled", "true or false"));
        string[] classes = json.List("classes", "the name of a class", item => StrictJson.As<string>(item).Value);
        if (classes.Length == 0 || classes.Distinct().Count() != classes.Length)
        {
            throw json.Wrong("classes", "a list of names, each once");
        }

        string fingerprint = json.Value<string>("fingerprint", "a text");
        if (fingerprint.Length != FingerprintDigits || !fingerprint.All(char.IsAsciiHexDigitLower))
        {
            throw json.Wrong("fingerprint", $"{FingerprintDigits} hexadecimal digits");
        }

        return new TrialData(request, classes, fingerprint) { Simulate = json.TextOrNull("simulate") is { } simulation ? Simulation.Parse(simulation) : null };
    }

    private static KernelFamily ReadFamily(StrictJson root)
    {
        string name = root.Value<string>("kernels", "a text");
        KernelFamily[] known = [.. Enum.GetValues<KernelFamily>().Where(family => KernelSelection.FamilyName(family) == name)];
        return known is [KernelFamily family]
            ? family
            : throw root.Wrong("kernels", $"a family of kernels: {string.Join(", ", Enum.GetValues<KernelFamily>().Select(KernelSelection.FamilyName))}");
    }

    private static TrialRequest ReadRequest(StrictJson root, int classes, string origin)
    {
        StrictJson json = root.Group(Request, "key", "architecture", "seed", "measure", "train", "validation", "recipe", Init);
        if (!Architecture.TryParse(json.Value<string>("architecture", "a text"), out Architecture architecture))
        {
            throw json.Wrong("architecture", "A(i,j), for example \"A(2,4)\"");
        }

        string measure = json.Value<string>("measure", "a text");
        if (!Enum.GetValues<ErrorMeasure>().Select(ErrorMeasures.Key).Contains(measure))
        {
            throw json.Wrong("measure", $"one of {string.Join(", ", Enum.GetValues<ErrorMeasure>().Select(ErrorMeasures.Key))}");
        }

        LabelledSample[] train = ReadSamples(json, "train", classes);
        LabelledSample[] validation = ReadSamples(json, "validation", classes);
        if (train.Length == 0)
        {
            throw json.Wrong("train", "a list of samples, one at least");
        }

        if (train.Concat(validation).CountBy(sample => sample.Id).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice)
        {
            throw new ConfigurationException($"{origin}: the image {twice.Key} stands in '{Request}.train' and '{Request}.validation' {twice.Value} times; it must stand there once.");
        }

        return new TrialRequest(
            json.Value<string>("key", "a text"),
            architecture,
            classes,
            train,
            validation,
            RecipeFile.Parse(json.Object("recipe").ToJsonString(), $"{origin}: {Request}.recipe"),
            json.Value<ulong>("seed", "a whole number from 0"))
        {
            Measure = ErrorMeasures.FromKey(measure),
            Init = json.Has(Init) ? ReadInit(json) : null,
        };
    }

    private static InitialWeights ReadInit(StrictJson request)
    {
        StrictJson json = request.Group(Init, InitFile, "sha256", "head");
        return new InitialWeights(json.Value<string>(InitFile, "a text"), json.Value<string>("sha256", "a text"), json.Value<bool>("head", "true or false"));
    }

    private static LabelledSample[] ReadSamples(StrictJson json, string key, int classes)
    {
        int[][] pairs = json.List(
            key,
            $"a pair [image, class] with an image from 0 and a class from 0 to {classes - 1}",
            item => item is JsonArray { Count: 2 } pair
                && StrictJson.As<int>(pair[0]) is (true, >= 0 and int id) && StrictJson.As<int>(pair[1]) is (true, >= 0 and int label) && label < classes
                    ? new[] { id, label } : null);
        return [.. pairs.Select(pair => new LabelledSample(new SampleId(pair[0]), pair[1]))];
    }
}
