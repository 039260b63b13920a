using System.Collections.Concurrent;
using System.Xml;
using System.Xml.Linq;
using ActiveInas.Data;

namespace ActiveInas.Server.Models;

/// <summary>What a labelling interface of Label Studio says: which field of a task is its image, and what its choices are called.</summary>
/// <param name="ChoicesName">Name of the Choices tag.</param>
/// <param name="ImageName">Name of the Image tag that they are about.</param>
/// <param name="Key">Field of a task's data that holds the image.</param>
/// <param name="Choices">What results name (an alias where there is one) by what people read; empty: not known, any class is taken.</param>
internal sealed record LabelConfig(string ChoicesName, string ImageName, string Key, IReadOnlyDictionary<string, string> Choices)
{
    private const int LongestText = 1 << 20;

    /// <summary>The interface of image classification as Label Studio's template has it.</summary>
    public static LabelConfig Template { get; } = new("choice", "image", "image", new Dictionary<string, string>());

    /// <summary>Reads an interface.</summary>
    /// <exception cref="ConfigurationException">It is malformed, or has no choices about an image.</exception>
    public static LabelConfig Parse(string xml)
    {
        XDocument document = Document(xml);
        foreach (XElement choices in document.Descendants("Choices"))
        {
            string? about = choices.Attribute("toName")?.Value;
            if (about is not null && document.Descendants("Image").FirstOrDefault(image => image.Attribute("name")?.Value == about) is { } image
                && image.Attribute("value")?.Value is ['$', .. { Length: > 0 } key])
            {
                return new LabelConfig(choices.Attribute("name")?.Value ?? Template.ChoicesName, about, key, Named(choices));
            }
        }

        throw new ConfigurationException("The labelling interface has no <Choices toName=\"image\"> about an <Image name=\"image\" value=\"$image\">: choose the template Image Classification.");
    }

    /// <summary>How results name a class; null: it is no choice.</summary>
    public string? Choice(string name) => Choices.Count == 0 ? name : Choices.GetValueOrDefault(name);

    private static Dictionary<string, string> Named(XElement choices)
    {
        Dictionary<string, string> named = new(StringComparer.Ordinal);
        foreach (XElement choice in choices.Descendants("Choice"))
        {
            if (choice.Attribute("value")?.Value is { } value)
            {
                string said = choice.Attribute("alias")?.Value ?? value;
                named[value] = said;
                named.TryAdd(said, said);
            }
        }

        return named;
    }

    private static XDocument Document(string xml)
    {
        try
        {
            // No document type: what it may name lies outside of the text.
            using XmlReader reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, MaxCharactersInDocument = LongestText });
            return XDocument.Load(reader);
        }
        catch (XmlException exception)
        {
            throw new ConfigurationException($"The labelling interface is no XML: {exception.Message}", exception);
        }
    }
}

/// <summary>The interfaces of the projects that were connected, for requests that bring none.</summary>
internal sealed class LabelConfigs
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<string, LabelConfig> _known = new(StringComparer.Ordinal);

    /// <summary>Keeps that of a project.</summary>
    public void Remember(string? project, LabelConfig config)
    {
        if (_known.Count < Most || _known.ContainsKey(project ?? ""))
        {
            _known[project ?? ""] = config;
        }
    }

    /// <summary>That of a project; the template's where none was said.</summary>
    public LabelConfig Of(string? project) => _known.GetValueOrDefault(project ?? "", LabelConfig.Template);
}
