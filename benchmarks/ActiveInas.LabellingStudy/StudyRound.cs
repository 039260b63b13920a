using System.Text.Json;

namespace ActiveInas.LabellingStudy;

/// <summary>One run of the study.</summary>
/// <param name="Set">Name of the data set.</param>
/// <param name="Query">Query function.</param>
/// <param name="Seed">Of the project and of the person's mistakes.</param>
/// <param name="Labels">Labels to learn.</param>
/// <param name="Mistakes">Share of wrong labels, 0..1.</param>
/// <param name="Pace">Seconds that a person looks at an image.</param>
internal sealed record StudyOptions(string Set, string Query, int Seed, int Labels, double Mistakes, double Pace);

/// <summary>What a round came to.</summary>
internal sealed record StudyRound
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public required string Set { get; init; }

    public required string Query { get; init; }

    public required int Seed { get; init; }

    public required int Round { get; init; }

    /// <summary>Labels that the network learnt.</summary>
    public required int Learnt { get; init; }

    /// <summary>Images that the person had labelled by then, those of the audit included.</summary>
    public required int Labelled { get; init; }

    public required string Architecture { get; init; }

    /// <summary>What the server says from its audit; null: too few labels.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Its 95 % interval; null: too few labels.</summary>
    public required IReadOnlyList<double>? Interval { get; init; }

    /// <summary>Share of the images without a label that the network recognises, by the truth.</summary>
    public required double PoolAccuracy { get; init; }

    /// <summary>Images without a label.</summary>
    public required int PoolImages { get; init; }

    /// <summary>From the last answer of the batch to the next image.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of them those in which a person at the pace of the study would have had nothing to label.</summary>
    public required double Waited { get; init; }

    /// <summary>Images a minute that the server hands out and takes answers of, one at a time.</summary>
    public required double ImagesPerMinute { get; init; }

    public static IReadOnlyList<StudyRound> ReadAll(string path) => [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<StudyRound>(line, s_json)!)];

    public string ToJson() => JsonSerializer.Serialize(this, s_json);
}
