using System.Text.RegularExpressions;

namespace ActiveInas.Data.Trees;

/// <summary>What a part of a data set is for.</summary>
internal enum Part
{
    /// <summary>The pool.</summary>
    Train,

    /// <summary>Held out.</summary>
    Test,

    /// <summary>Beside both in many published sets; the search takes its own from the labels.</summary>
    Validation,
}

/// <summary>The name of a folder that may be a part: train, Testing, val_set, seg_train, test-data, train2017.</summary>
/// <param name="Part">Which.</param>
/// <param name="Affix">What is around the word, so that x_train and x_test are known to belong together.</param>
/// <param name="IsPlain">Just train, test, val, valid, validation or dev, in any case.</param>
internal readonly partial record struct PartName(Part Part, string Affix, bool IsPlain)
{
    /// <summary>Reads a folder's name; null when it is none of a part.</summary>
    public static PartName? Of(string folder)
    {
        Match match = Pattern().Match(folder);
        if (!match.Success)
        {
            return null;
        }

        string word = match.Groups["word"].Value.ToLowerInvariant();
        Part part = word.StartsWith("tr", StringComparison.Ordinal) ? Part.Train : word[0] is 't' or 'e' ? Part.Test : Part.Validation;
        string affix = $"{match.Groups["before"].Value}*{match.Groups["after"].Value}".ToLowerInvariant();
        return new PartName(part, affix, affix == "*" && word is "train" or "test" or "val" or "valid" or "validation" or "dev");
    }

    [GeneratedRegex(
        "^(?<before>.*[-_. ])?(?<word>train|training|test|testing|eval|evaluation|val|valid|validation|dev)(?<after>[-_. ]?(?:set|data|dataset|images?|imgs?|folder|split|part|[0-9]{1,4}))?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
