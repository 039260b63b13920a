using ActiveInas.Data;
using ActiveInas.Data.Downloads;
using ActiveInas.Data.Named;

namespace ActiveInas.Tests.Data;

public class SvhnTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Mat_files_are_read_compressed_and_not(bool compressed, bool doubles)
    {
        using var folder = new TestFolder();
        folder.Write("train_32x32.mat", SetFiles.Mat([1, 10, 9, 2, 5], compressed, doubles));
        folder.Write("test_32x32.mat", SetFiles.Mat([10, 3], compressed, doubles));
        Dataset dataset = Loading.Load("svhn", folder.Root);
        Assert.Equal([1, 0, 9, 2, 5], dataset.Train.Labels);
        Assert.Equal([0, 3], dataset.Test!.Labels);
        Assert.False(dataset.MirrorSafe);
        for (int i = 0; i < 3072; i++)
        {
            Assert.Equal(SetFiles.MatValue(i / 96, i / 3 % 32, i % 3, 4), dataset.Train.Image(4)[i]);
        }
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 7)]
    public async Task The_pool_is_the_first_part_unless_all_are_asked_for(bool all, int expected)
    {
        using var folder = new TestFolder();
        folder.Write("svhn/train_32x32.mat", SetFiles.Mat([1, 2, 3, 4, 5, 6, 7], compressed: false));
        folder.Write("svhn/test_32x32.mat", SetFiles.Mat([1], compressed: false));
        var request = new DataRequest("svhn", folder.Root, UseAllTraining: all);
        var files = new DataFiles(folder.Root, Loading.Environment(), progress: null);
        Dataset dataset = await new SvhnSource(poolSize: 4).LoadAsync(new SourceContext(request, files, null, CancellationToken.None));
        Assert.Equal(expected, dataset.Train.Count);
        Assert.Equal(Enumerable.Range(1, expected), dataset.Train.Labels);
    }

    [Fact]
    public void Bad_files_are_errors_with_the_offset()
    {
        byte[] good = SetFiles.Mat([1, 2], compressed: false);
        byte[] zipped = SetFiles.Mat([1, 2], compressed: true);
        AssertFails(good[..100], "offset 124: not a little-endian MATLAB 5 file: found 100 bytes");
        AssertFails([.. good[..126], (byte)'M', (byte)'I', .. good[128..]], "offset 124: not a little-endian MATLAB 5 file");
        AssertFails([.. "MATLAB 7.3 MAT-file"u8, .. new byte[105], 0, 2, .. "IM"u8], "a MATLAB 7.3 file, which is HDF5 inside and not read. Save it as version 5");
        AssertFails(good[..2000], "element at offset 128: truncated");
        AssertFails(good[..(good.Length - 70)], "element at offset");
        AssertFails(zipped[..150], "element at offset 128: truncated");
        byte[] damaged = [.. zipped];
        damaged[140] ^= 0x55;
        AssertFails(damaged, "element at offset 128");
        AssertFails(SetFiles.Mat([1, 11], compressed: true), "label 11 of image 1; wanted 1 to 10");
        AssertFails(SetFiles.Mat([1, 0], compressed: false), "label 0 of image 1; wanted 1 to 10");
        AssertFails(good[..128], "no array 'X' inside; found none");
    }

    private static void AssertFails(byte[] train, string expected)
    {
        using var folder = new TestFolder();
        folder.Write("train_32x32.mat", train);
        folder.Write("test_32x32.mat", SetFiles.Mat([1], compressed: false));
        Assert.Contains(expected, Loading.Fails("svhn", folder.Root).Message, StringComparison.Ordinal);
    }
}
