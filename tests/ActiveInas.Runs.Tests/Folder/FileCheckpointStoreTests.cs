using ActiveInas.Runs.Folder;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Folder;

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
        Save(store, "round-01/train", [1, 2, 3]);
        Save(store, "round-01/train", data);
        Assert.Equal(data, Find(store, "round-01/train"));
        Assert.Null(Find(store, "round-01/trai"));
    }

    [Fact]
    public void Keys_that_look_alike_have_files_of_their_own()
    {
        FileCheckpointStore store = new(_folder["checkpoints"]);
        Save(store, "a/b", [1]);
        Save(store, "a_b", [2]);
        Save(store, "a%2Fb", [3]);
        Assert.Equal([1], Find(store, "a/b"));
        Assert.Equal([2], Find(store, "a_b"));
        Assert.Equal([3], Find(store, "a%2Fb"));
    }

    [Fact]
    public void A_file_cut_or_changed_anywhere_counts_as_absent()
    {
        FileCheckpointStore store = new(_folder.Path);
        Save(store, "key", Data(40));
        string path = Assert.Single(Directory.GetFiles(_folder.Path));
        byte[] whole = File.ReadAllBytes(path);
        for (int i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(path, whole[..i]);
            Assert.Null(Find(store, "key"));
            byte[] changed = [.. whole];
            changed[i] ^= 0x40;
            File.WriteAllBytes(path, changed);
            Assert.Null(Find(store, "key"));
        }

        File.WriteAllBytes(path, [.. whole, 0]);
        Assert.Null(Find(store, "key"));
        File.WriteAllBytes(path, whole);
        Assert.NotNull(Find(store, "key"));
    }

    [Fact]
    public void A_deleted_checkpoint_survives_until_its_result_is_recorded()
    {
        FileCheckpointStore store = new(_folder.Path);
        Save(store, "key", [1]);
        Save(store, "other", [2]);
        store.Delete("key");
        Assert.NotNull(Find(new FileCheckpointStore(_folder.Path), "key"));
        store.Release("key");
        Assert.Null(Find(store, "key"));
        Assert.NotNull(Find(store, "other"));
        store.ReleaseAll();
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static void Save(FileCheckpointStore store, string key, byte[] data) => store.Save(key, stream => stream.Write(data));

    private static byte[]? Find(FileCheckpointStore store, string key)
    {
        using Stream? found = store.Find(key);
        if (found is null)
        {
            return null;
        }

        using MemoryStream data = new();
        found.CopyTo(data);
        return data.ToArray();
    }

    private static byte[] Data(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];
}
