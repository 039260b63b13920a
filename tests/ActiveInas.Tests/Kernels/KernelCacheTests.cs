using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;
using ActiveInas.Kernels;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Tests.Kernels;

public sealed class KernelCacheTests : IDisposable
{
    private static readonly InstructionLimit[] s_limits =
    [
        new("fma-avx512", InstructionSet.Avx512, 0.179), new("dot-avx512bf16", InstructionSet.Avx512Bf16, 0.1 + 0.2),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_found_to_the_bit()
    {
        KernelCache cache = Cache();
        Assert.Empty(cache.Find());
        Assert.True(cache.Save(s_limits));
        Assert.Equal(s_limits, cache.Find());
        Assert.Equal(s_limits, Cache().Find());
        Assert.Equal([cache.FilePath], Directory.GetFiles(_folder["cache"]));
    }

    [Fact]
    public void Another_processor_or_version_finds_nothing()
    {
        Cache().Save(s_limits);
        Assert.Empty(Cache(processor: "another").Find());
        Assert.Empty(Cache(version: "0.2.0").Find());

        // A home that several machines share holds a file of each; a new version replaces the old.
        Cache(processor: "another").Save(s_limits[..1]);
        Assert.Equal(s_limits, Cache().Find());
        Cache(version: "0.2.0").Save(s_limits[..1]);
        Assert.Empty(Cache().Find());
        Assert.Equal(2, Directory.GetFiles(_folder["cache"]).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("\0\0\0")]
    [InlineData("""{ "schema_version": 1 }""")]
    [InlineData("""{ "schema_version": "one", "processor": "this one", "version": "0.1.0", "limits": [] }""")]
    [InlineData("""{ "schema_version": 2, "processor": "this one", "version": "0.1.0", "limits": [{ "name": "a", "instruction_set": "Avx512", "one_thread_tflops": 1 }] }""")]
    [InlineData("""{ "schema_version": 1, "processor": "this one", "version": "0.1.0", "limits": 5 }""")]
    [InlineData("""{ "schema_version": 1, "processor": "this one", "version": "0.1.0", "limits": [null] }""")]
    [InlineData("""{ "schema_version": 1, "processor": "this one", "version": "0.1.0", "limits": [{ "name": "a", "instruction_set": "Avx1024", "one_thread_tflops": 1 }] }""")]
    [InlineData("""{ "schema_version": 1, "processor": "this one", "version": "0.1.0", "limits": [{ "name": "a", "instruction_set": "Avx512", "one_thread_tflops": -1 }] }""")]
    [InlineData("""{ "schema_version": 1, "processor": "this one", "version": "0.1.0", "limits": [{ "name": "a", "instruction_set": "Avx512", "one_thread_tflops": 1e999 }] }""")]
    public void A_damaged_file_is_nothing_and_is_replaced(string text)
    {
        KernelCache cache = Cache();
        Directory.CreateDirectory(_folder["cache"]);
        File.WriteAllText(cache.FilePath, text);
        Assert.Empty(cache.Find());
        Assert.True(cache.Save(s_limits));
        Assert.Equal(s_limits, cache.Find());
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_no_error()
    {
        File.WriteAllText(_folder["cache"], "a file where a folder should be");
        Assert.False(Cache().Save(s_limits));
        Assert.Empty(Cache().Find());
        File.Delete(_folder["cache"]);

        // A folder where the file should be; nothing is left beside it.
        Directory.CreateDirectory(Path.Combine(Cache().FilePath, "inside"));
        Assert.False(Cache().Save(s_limits));
        Assert.Empty(Cache().Find());
        Assert.Empty(Directory.GetFiles(_folder["cache"]));
    }

    private KernelCache Cache(string processor = "this one", string version = "0.1.0") => new(_folder["cache"], processor, version);
}
