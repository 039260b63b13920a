using System.Buffers.Binary;
using System.Text;
using ActiveInas.Networks;

namespace ActiveInas.Tests.Networks;

public sealed class SafetensorsTests : IDisposable
{
    private const string Entry = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("ainas-safetensors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        string path = Path.Combine(_folder, "m.safetensors");
        SafetensorsWriter.Write(path, [new("format", "pt")], [new("w", [2, 1], () => [1f, -2f]), new("b", [1], () => [0.5f])]);
        byte[] file = File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        Assert.Equal(0, header % 8);
        Assert.Equal(
            """{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
            Encoding.UTF8.GetString(file, 8, header).TrimEnd(' '));
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F], file[(8 + header)..]);
        Assert.Equal([path], Directory.GetFiles(_folder));
        SafetensorsWriter.Write(path, [new("format", "pt")], [new("w", [2, 1], () => [1f, -2f]), new("b", [1], () => [0.5f])]);
        Assert.Equal(file, File.ReadAllBytes(path));
    }

    [Fact]
    public void Values_and_metadata_come_back_bit_for_bit()
    {
        string path = Path.Combine(_folder, "m.safetensors");
        float[] values = [float.NaN, float.NegativeInfinity, -0f, float.Epsilon, 1f / 3];
        SafetensorsWriter.Write(path, [new("classes", "Katze \"ä\"\n")], [new("x", [5], () => values), new("none", [0], () => [])]);
        using SafetensorsReader reader = new(path);
        Assert.Equal("Katze \"ä\"\n", reader.Metadata["classes"]);
        Assert.Equal(["x", "none"], reader.Names);
        Assert.Equal(Array.ConvertAll(values, BitConverter.SingleToInt32Bits), Array.ConvertAll(reader.Read("x", [5]), BitConverter.SingleToInt32Bits));
        Assert.Empty(reader.Read("none", [0]));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = Path.Combine(_folder, "m.safetensors");
        SafetensorsWriter.Write(path, [], [new("x", [1], () => [1f])]);
        byte[] before = File.ReadAllBytes(path);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [], [new("x", [2], () => [1f])]));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(Entry, 12, null)]
    [InlineData(Entry, 11, "truncated")]
    [InlineData(Entry, 13, "bytes behind its end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "neither overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "leave holes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", 12, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}""", 0, "negative")]
    [InlineData("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type 'F31'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "not the JSON")]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e99]}}""", 8, "not the JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "appears twice")]
    [InlineData("[]", 0, "not the JSON")]
    [InlineData("{", 0, "not the JSON")]
    [InlineData("""{"__metadata__":{"k":3}}""", 0, "not the JSON")]
    public void Hostile_headers_are_refused_with_the_reason(string json, int dataLength, string? problem)
    {
        string path = Path.Combine(_folder, "m.safetensors");
        byte[] header = Encoding.UTF8.GetBytes(json);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. header, .. new byte[dataLength]]);
        if (problem is null)
        {
            using SafetensorsReader reader = new(path);
            Assert.Equal([0f, 0f], reader.Read("a", [2]));
            return;
        }

        ModelFileException failure = Assert.Throws<ModelFileException>(() => new SafetensorsReader(path).Dispose());
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "too few")]
    [InlineData(new byte[] { 1, 2, 3 }, "too few")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123 }, "claims")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "claims 9 bytes")]
    public void A_wrong_header_length_is_refused(byte[] file, string problem)
    {
        string path = Path.Combine(_folder, "m.safetensors");
        File.WriteAllBytes(path, file);
        Assert.Contains(problem, Assert.Throws<ModelFileException>(() => new SafetensorsReader(path).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_for_what_is_not_there_says_what_is()
    {
        string path = Path.Combine(_folder, "m.safetensors");
        string json = """{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"f":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]}}""";
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(path, [.. length, .. Encoding.UTF8.GetBytes(json), .. new byte[12]]);
        using SafetensorsReader reader = new(path);
        Assert.Contains("'x' is missing", Assert.Throws<ModelFileException>(() => reader.Read("x", [1])).Message, StringComparison.Ordinal);
        Assert.Contains("type F16", Assert.Throws<ModelFileException>(() => reader.Read("h", [2])).Message, StringComparison.Ordinal);
        Assert.Contains("shape [2, 1]; [2] is wanted", Assert.Throws<ModelFileException>(() => reader.Read("f", [2])).Message, StringComparison.Ordinal);
    }
}
