using ActiveInas.Runs.Tracking;

namespace ActiveInas.Runs.Tests.Tracking;

public sealed class MlflowNamesTests
{
    [Fact]
    public void Names_become_those_that_mlflow_allows()
    {
        Assert.Equal("round-01/search/A-2-1-/loss", MlflowTracker.Allowed("round-01/search/A(2,1)/loss"));
        Assert.Equal("a_b-c.d e/f", MlflowTracker.Allowed("a_b-c.d e/f"));
        Assert.Equal("-/-/x/-", MlflowTracker.Allowed("/../x/"));
        Assert.Equal("-", MlflowTracker.Allowed("."));
        Assert.Equal("...", MlflowTracker.Allowed("..."));
        Assert.Equal("-", MlflowTracker.Allowed(":"));
        Assert.Equal(new string('x', 250), MlflowTracker.Allowed(new string('x', 300)));
        Assert.Equal(new string('x', 247) + "/.h", MlflowTracker.Allowed(new string('x', 247) + "/.hidden"));
        Assert.Equal(new string('x', 248), MlflowTracker.Allowed(new string('x', 248) + "/.hidden"));
    }

    [Fact]
    public void Classes_that_would_be_one_carry_their_numbers()
    {
        Assert.Equal(["test_accuracy/cat", "test_accuracy/dog"], MlflowTracker.ClassKeys(["cat", "dog"]));
        Assert.Equal(["test_accuracy/0--", "test_accuracy/1--", "test_accuracy/2-0--"], MlflowTracker.ClassKeys(["猫", "犬", "0--"]));
        Assert.Equal(["test_accuracy/0-cat", "test_accuracy/1-Cat"], MlflowTracker.ClassKeys(["cat", "Cat"]));
        string[] longs = MlflowTracker.ClassKeys([new string('x', 255) + "1", new string('x', 255) + "2"]);
        Assert.Equal(2, longs.Distinct().Count());
        Assert.All(longs, key => Assert.Equal(250, key.Length));
    }
}
