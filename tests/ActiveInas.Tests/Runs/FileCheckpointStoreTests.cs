using ActiveInas.Runs;

namespace ActiveInas.Tests.Runs;

public sealed class FileCheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void Data_comes_back_and_the_last_save_wins(int length)
    {
        FileCheckpointStore store = new(_folder["checkpoints"]);
        byte[] data = Data(length);
        store.Save("round-01/train", [1, 2, 3]);
        store.Save("round-01/train", data);
        Assert.Equal(data, store.Find("round-01/train"));
        Assert.Null(store.Find("round-01/trai"));
    }

    [Fact]
    public void Keys_that_look_alike_have_files_of_their_own()
    {
        FileCheckpointStore store = new(_folder["checkpoints"]);
        store.Save("a/b", [1]);
        store.Save("a_b", [2]);
        store.Save("a%2Fb", [3]);
        Assert.Equal([1], store.Find("a/b"));
        Assert.Equal([2], store.Find("a_b"));
        Assert.Equal([3], store.Find("a%2Fb"));
    }

    [Fact]
    public void A_file_cut_or_changed_anywhere_counts_as_absent()
    {
        FileCheckpointStore store = new(_folder.Path);
        store.Save("key", Data(40));
        string path = Assert.Single(Directory.GetFiles(_folder.Path));
        byte[] whole = File.ReadAllBytes(path);
        for (int i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(path, whole[..i]);
            Assert.Null(store.Find("key"));
            byte[] changed = [.. whole];
            changed[i] ^= 0x40;
            File.WriteAllBytes(path, changed);
            Assert.Null(store.Find("key"));
        }

        File.WriteAllBytes(path, [.. whole, 0]);
        Assert.Null(store.Find("key"));
        File.WriteAllBytes(path, whole);
        Assert.NotNull(store.Find("key"));
    }

    [Fact]
    public void A_deleted_checkpoint_survives_until_its_result_is_recorded()
    {
        FileCheckpointStore store = new(_folder.Path);
        store.Save("key", [1]);
        store.Save("other", [2]);
        store.Delete("key");
        Assert.NotNull(new FileCheckpointStore(_folder.Path).Find("key"));
        store.Release("key");
        Assert.Null(store.Find("key"));
        Assert.NotNull(store.Find("other"));
        store.ReleaseAll();
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static byte[] Data(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];
}
