using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ActiveInas.Cli.Tests;

internal static class Wait
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <summary>Returns when the condition holds; fails with its text when that takes more than a minute.</summary>
    public static async Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        for (Stopwatch clock = Stopwatch.StartNew(); !condition(); await Task.Delay(20))
        {
            Assert.True(clock.Elapsed < s_limit, $"after {s_limit.TotalSeconds} s still not: {text}");
        }
    }
}
