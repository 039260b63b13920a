using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using ActiveInas.Compute;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Runs.Tests;

/// <summary>The libraries name settings by their keys: which option gives one is the matter of the command alone.</summary>
public sealed partial class WordingTests
{
    [Theory]
    [InlineData(typeof(IDevice), "bytes for a tensor")]
    [InlineData(typeof(ConfigurationException), "leave it out")]
    [InlineData(typeof(RunConfiguration), "leave it out")]
    public void No_text_of_a_library_names_an_option(Type inside, string known)
    {
        List<string> strings = Strings(inside.Assembly);
        Assert.Contains(strings, text => text.Contains(known, StringComparison.Ordinal));
        Assert.DoesNotContain(strings, text => Option().IsMatch(text));
    }

    [Theory]
    [InlineData("give a larger --image-size.", true)]
    [InlineData("--out x: the folder", true)]
    [InlineData("(--kernels", true)]
    [InlineData("var(--ink)", false)]
    [InlineData("a larger `imageSize` -- please", false)]
    public void An_option_would_be_seen(string text, bool isOption) => Assert.Equal(isOption, Option().IsMatch(text));

    /// <summary>Every text in the compiled code of an assembly.</summary>
    private static List<string> Strings(Assembly assembly)
    {
        using PEReader file = new(File.OpenRead(assembly.Location));
        MetadataReader reader = file.GetMetadataReader();
        List<string> strings = [];
        for (UserStringHandle handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = reader.GetNextHandle(handle))
        {
            strings.Add(reader.GetUserString(handle));
        }

        return strings;
    }

    [GeneratedRegex(@"(^|[\s'/]|(?<!var)\()--[a-z]")]
    private static partial Regex Option();
}
