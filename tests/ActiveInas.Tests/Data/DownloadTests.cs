using System.Security.Cryptography;
using ActiveInas.Data;
using ActiveInas.Data.Downloads;

namespace ActiveInas.Tests.Data;

public sealed class DownloadTests : IDisposable
{
    private static readonly DownloadOptions s_options = new(
        ConnectTimeout: TimeSpan.FromSeconds(5), StallTimeout: TimeSpan.FromSeconds(5), Attempts: 3, Pause: TimeSpan.FromMilliseconds(1));

    private readonly FileServer _server = new();
    private readonly TestFolder _folder = new();
    private readonly byte[] _data = RandomBytes(200_000);
    private readonly List<DataProgressed> _progress = [];

    public DownloadTests() => _server.Files["/set/file.bin"] = _data;

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_whole_file_arrives_under_its_name_with_its_checksum_beside_it()
    {
        await DownloadAsync();
        AssertArrived();
        Assert.Equal($"{Hash(_data)}  file.bin\n", File.ReadAllText(_folder["file.bin.sha256"]));
        Assert.Equal(["file.bin", "file.bin.sha256"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal((_data.Length, _data.Length), (_progress[^1].Done, _progress[^1].Total));
        Assert.Equal(["/set/file.bin - -"], _server.Requests);
    }

    [Fact]
    public async Task A_dropped_connection_is_resumed()
    {
        _server.DropAfter.Enqueue(90_000);
        _server.DropAfter.Enqueue(30_000);
        await DownloadAsync();
        AssertArrived();
        Assert.Equal(3, _server.Requests.Count);
        Assert.All(_server.Requests.Skip(1), request => Assert.Matches("^/set/file.bin bytes=[1-9][0-9]*- \"1\"$", request));
    }

    [Fact]
    public async Task An_interrupted_download_goes_on_in_the_next_process()
    {
        _folder.Write("file.bin.part", _data[..120_000]);
        _folder.Write("file.bin.part.tag", "\"1\""u8.ToArray());
        await DownloadAsync();
        AssertArrived();
        Assert.Equal(["/set/file.bin bytes=120000- \"1\""], _server.Requests);
    }

    [Fact]
    public async Task A_file_that_changed_on_the_server_starts_over()
    {
        _folder.Write("file.bin.part", new byte[120_000]);
        _folder.Write("file.bin.part.tag", "\"old\""u8.ToArray());
        await DownloadAsync();
        AssertArrived();
        Assert.Equal(["/set/file.bin bytes=120000- \"old\""], _server.Requests);
    }

    [Fact]
    public async Task Wrong_first_bytes_are_found_by_the_checksum_and_fetched_again()
    {
        _folder.Write("file.bin.part", new byte[120_000]);
        await DownloadAsync();
        AssertArrived();
        Assert.Equal(["/set/file.bin bytes=120000- -", "/set/file.bin - -"], _server.Requests);
    }

    [Fact]
    public async Task A_server_without_ranges_starts_over()
    {
        _server.SupportsRanges = false;
        _folder.Write("file.bin.part", new byte[120_000]);
        await DownloadAsync();
        AssertArrived();
    }

    [Fact]
    public async Task A_part_longer_than_the_file_starts_over()
    {
        _folder.Write("file.bin.part", new byte[300_000]);
        await DownloadAsync();
        AssertArrived();
    }

    [Theory]
    [InlineData(false, "announces 199999 bytes; wanted 200000")]
    [InlineData(true, "kept")]
    public async Task A_shorter_file_is_refused(bool chunked, string expected)
    {
        _server.Chunked = chunked;
        _server.Files["/set/file.bin"] = _data[..^1];
        await AssertFailsAsync(expected);
    }

    [Theory]
    [InlineData(false, "announces 200001 bytes; wanted 200000")]
    [InlineData(true, "more than the 200000 bytes wanted")]
    public async Task A_longer_file_is_refused(bool chunked, string expected)
    {
        _server.Chunked = chunked;
        _server.Files["/set/file.bin"] = [.. _data, 0];
        await AssertFailsAsync(expected);
    }

    [Fact]
    public async Task A_wrong_checksum_is_refused_and_nothing_is_kept()
    {
        byte[] other = [.. _data];
        other[77]++;
        _server.Files["/set/file.bin"] = other;
        await AssertFailsAsync($"SHA-256 {Hash(other)}; wanted {Hash(_data)}");
        Assert.Equal(0, new FileInfo(_folder["file.bin.part"]).Length);
    }

    [Fact]
    public async Task A_missing_file_is_refused_and_the_next_address_tried()
    {
        _server.Files.Clear();
        await AssertFailsAsync("404");
        _server.Files["/mirror/file.bin"] = _data;
        await DownloadAsync("/set/file.bin", "/mirror/file.bin");
        AssertArrived();
    }

    [Fact]
    public async Task A_connection_that_keeps_dropping_ends_with_what_arrived_kept()
    {
        for (int i = 0; i < 10; i++)
        {
            _server.DropAfter.Enqueue(i == 0 ? 50_000 : 0);
        }

        await AssertFailsAsync("the same command goes on from there");
        Assert.InRange(new FileInfo(_folder["file.bin.part"]).Length, 0, 50_000);
        _server.DropAfter.Clear();
        await DownloadAsync();
        AssertArrived();
    }

    [Fact]
    public async Task Two_processes_do_not_write_the_same_file()
    {
        using var other = new PartFile(_folder["file.bin"]);
        DataException e = await Assert.ThrowsAsync<DataException>(() => DownloadAsync());
        Assert.Contains("another process", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_keeps_the_part()
    {
        _folder.Write("file.bin.part", _data[..120_000]);
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DownloadAsync(cancellation.Token));
        Assert.Equal(120_000, new FileInfo(_folder["file.bin.part"]).Length);
    }

    [Fact]
    public void Nothing_cached_and_no_network_says_what_to_put_where()
    {
        string target = _folder["cache"];
        foreach ((string set, string file, string home) in new[]
        {
            ("cifar10", "cifar-10-binary.tar.gz (170,052,171 bytes, ", "http://127.0.0.1:1/cifar10/"),
            ("svhn", "test_32x32.mat (64,275,384 bytes, ", "http://127.0.0.1:1/svhn/"),
            ("fashion-mnist", "t10k-labels-idx1-ubyte.gz (5,148 bytes, ", "http://127.0.0.1:1/fashion-mnist/"),
        })
        {
            string message = Loading.Fails(set, target).Message;
            Assert.Contains($"{set} is not on this machine ({target})", message, StringComparison.Ordinal);
            Assert.Contains($"put into {Path.Combine(target, set)}: ", message, StringComparison.Ordinal);
            Assert.Contains(file + home, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_downloaded_file_that_changed_is_refused()
    {
        string labels = _folder.Write("mnist/train-labels-idx1-ubyte", SetFiles.IdxLabels(1));
        _folder.Write("mnist/train-images-idx3-ubyte", SetFiles.IdxImages(1, 28, 28));
        File.WriteAllText(labels + ".sha256", $"{new string('0', 64)}  x\n");
        Assert.Contains("changed since it was downloaded", Loading.Fails("mnist", _folder.Root).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Published_checksums_guard_what_a_mirror_delivers()
    {
        _server.Files["/mnist/train-images-idx3-ubyte.gz"] = Archives.Gzip(SetFiles.IdxImages(1, 28, 28));
        var environment = Loading.Environment(mirror: _server.Address + "/");
        DataException e = Assert.Throws<DataException>(() => Loading.Load(new DataRequest("mnist", _folder.Root), environment));
        Assert.Contains("wanted 9912422", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_downloaded_set_loads_and_the_second_time_from_the_cache()
    {
        (string Name, byte[] Data)[] files =
        [
            ("a-images.gz", Archives.Gzip(SetFiles.IdxImages(2, 28, 28))), ("a-labels.gz", Archives.Gzip(SetFiles.IdxLabels(3, 4))),
            ("b-images.gz", Archives.Gzip(SetFiles.IdxImages(1, 28, 28))), ("b-labels.gz", Archives.Gzip(SetFiles.IdxLabels(5))),
        ];
        RemoteFile[] remotes = [.. files.Select(file => new RemoteFile(file.Name, file.Data.Length, Hash(file.Data), []))];
        foreach ((string name, byte[] data) in files)
        {
            _server.Files["/small/" + name] = data;
        }

        var source = new ActiveInas.Data.Named.MnistSource("small", remotes, ["0", "1", "2", "3", "4", "5"], mirrorSafe: true);
        var environment = new DataEnvironment(null, _server.Address, _folder["cache"]);
        for (int time = 0; time < 2; time++)
        {
            var context = new SourceContext(new DataRequest("small"), new DataFiles(null, environment, null), null, CancellationToken.None);
            Dataset dataset = await source.LoadAsync(context);
            Assert.Equal([3, 4], dataset.Train.Labels);
            Assert.Equal([5], dataset.Test!.Labels);
        }

        Assert.Equal(4, _server.Requests.Count);
        Assert.True(File.Exists(_folder["cache/small/b-labels.gz"]));
    }

    private Task DownloadAsync(params string[] paths) => DownloadAsync(CancellationToken.None, paths.Length == 0 ? ["/set/file.bin"] : paths);

    private Task DownloadAsync(CancellationToken cancellation, params string[] paths)
    {
        var file = new RemoteFile("file.bin", _data.Length, Hash(_data), []);
        Uri[] addresses = [.. (paths.Length == 0 ? ["/set/file.bin"] : paths).Select(path => new Uri(_server.Address + path))];
        return new Downloader(new Recorder(_progress), s_options).DownloadAsync(file, addresses, _folder["file.bin"], cancellation);
    }

    private async Task AssertFailsAsync(string expected)
    {
        DataException e = await Assert.ThrowsAsync<DataException>(() => DownloadAsync());
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["file.bin"]));
    }

    private void AssertArrived()
    {
        Assert.Equal(_data, File.ReadAllBytes(_folder["file.bin"]));
        Assert.False(File.Exists(_folder["file.bin.part"]));
    }

    private static string Hash(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));

    private static byte[] RandomBytes(int count)
    {
        var random = new SeededRandom(4);
        byte[] data = new byte[count];
        for (int i = 0; i < count; i++)
        {
            data[i] = (byte)random.NextBits();
        }

        return data;
    }

    private sealed class Recorder(List<DataProgressed> events) : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value) => events.Add((DataProgressed)value);
    }
}
