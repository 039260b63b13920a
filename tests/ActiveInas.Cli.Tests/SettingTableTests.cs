using ActiveInas.Runs.Configuration;

namespace ActiveInas.Cli.Tests;

/// <summary>The one table that turns the library's names of settings into options.</summary>
public sealed class SettingTableTests
{
    [Fact]
    public void Every_setting_has_an_option_of_its_own()
    {
        Assert.Equal(Settings.All.Select(setting => setting.Key), SettingTable.All.Select(row => row.Key));
        Assert.Equal(SettingTable.All.Count, SettingTable.All.Select(row => row.Option).Distinct().Count());
    }

    [Theory]
    [InlineData("give a larger `imageSize`.", "give a larger --image-size.")]
    [InlineData("`dataDirectory=/x y`", "--data-dir '/x y'")]
    [InlineData("`exclude=masks/**`", "--exclude 'masks/**'")]
    [InlineData("`recipe.batchSize=8` or `recipe=paper`", "--set recipe.batchSize=8 or --recipe paper")]
    [InlineData("`allowOtherKernels`", "--allow-other-kernels")]
    [InlineData("`nothing` and `data", "`nothing` and `data")]
    [InlineData("budget", "budget")]
    public void Settings_between_backticks_become_options(string message, string expected) => Assert.Equal(expected, SettingTable.InOptions(message));
}
