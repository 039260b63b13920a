using ActiveInas.Querying;

namespace ActiveInas.Tests.Querying;

public sealed class QueryStrategiesTests
{
    [Fact]
    public void Rows_make_what_they_name_and_say_what_it_is()
    {
        Assert.All(QueryStrategies.Rows, row => Assert.Equal(row.Name, row.Create().Name));
        Assert.All(QueryStrategies.Rows, row => Assert.InRange(row.Description.Length, 10, 100));
        Assert.All(QueryStrategies.Wrappers, row => Assert.InRange(row.Description.Length, 10, 100));
        Assert.All(QueryStrategies.Wrappers, row => Assert.Equal($"{row.Name}:margin", QueryStrategies.Create($"{row.Name}:margin").Name));
        Assert.All(QueryStrategies.Wrappers, row => Assert.Equal(row.Adds, QueryStrategies.Create($"{row.Name}:random").Needs));
    }

    [Fact]
    public void Wrappers_wrap_wrappers()
        => Assert.Equal("class-balanced:power:bald", QueryStrategies.Create("class-balanced:power:bald").Name);

    [Theory]
    [InlineData("powr:bald", "Did you mean power?")]
    [InlineData("power:bld", "Did you mean bald?")]
    [InlineData("power:coreset", "wanted power: and one of random, softmax-response, margin, entropy, mc-dropout, bald, mean-entropy.")]
    [InlineData("power:", "Unknown query strategy ''")]
    public void A_wrapper_or_what_it_wraps_that_is_not_possible_is_named(string name, string says)
        => Assert.Contains(says, Assert.Throws<ConfigurationException>(() => QueryStrategies.Create(name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("corset", "coreset")]
    [InlineData("Coreset", "coreset")]
    [InlineData("softmax", "softmax-response")]
    [InlineData("mc_dropout", "mc-dropout")]
    [InlineData("mcdropout", "mc-dropout")]
    [InlineData("rnadom", "random")]
    public void An_unknown_name_lists_the_names_and_suggests_the_closest(string name, string closest)
    {
        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => QueryStrategies.Create(name));

        Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith($"Did you mean {closest}?", exception.Message, StringComparison.Ordinal);
        Assert.All(QueryStrategies.Rows, row => Assert.Contains(row.Name, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_like_no_other_gets_no_suggestion()
        => Assert.DoesNotContain("Did you mean", Assert.Throws<ConfigurationException>(() => QueryStrategies.Create("xyzzy-plugh-qwerty")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("same", "same", 0)]
    public void Edits_are_counted(string a, string b, int expected) => Assert.Equal(expected, Spelling.Edits(a, b));
}
