using ActiveInas.Querying;

namespace ActiveInas.Tests.Querying;

public sealed class QueryStrategiesTests
{
    [Fact]
    public void Every_row_has_a_contract()
    {
        string[] covered =
        [
            .. typeof(StrategyContract).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(StrategyContract)))
                .Select(type => ((StrategyContract)Activator.CreateInstance(type)!).Name),
        ];

        Assert.Equal(QueryStrategies.Rows.Select(row => row.Name).Order(), covered.Order());
    }

    [Fact]
    public void Rows_make_what_they_name_and_say_what_it_is()
    {
        Assert.All(QueryStrategies.Rows, row => Assert.Equal(row.Name, row.Create().Name));
        Assert.All(QueryStrategies.Rows, row => Assert.InRange(row.Description.Length, 10, 100));
    }

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
