using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Runs.Labelling;
using ActiveInas.Server.Tests.Support;
using ActiveInas.Tests.Data;
using ImageMagick;

namespace ActiveInas.Server.Tests;

/// <summary>Image files that are sent as they are, that are converted, and that nobody should open.</summary>
public sealed class ImageTests
{
    private const int Mutations = 2000;
    private static readonly MagickFormat[] s_formats =
        [MagickFormat.Jpeg, MagickFormat.Png, MagickFormat.Gif, MagickFormat.Bmp, MagickFormat.Tiff, MagickFormat.WebP, MagickFormat.Ppm, MagickFormat.Avif, MagickFormat.Jxl];

    [Fact]
    public async Task Images_are_sent_as_they_are_where_a_browser_shows_them_else_as_png()
    {
        byte[] jpeg = Encoded(MagickFormat.Jpeg);
        await using Served served = await Served.StartAsync(30, tiny => File.WriteAllBytes(Path.Combine(tiny.Images, "aaa.jpg"), jpeg), begins: false);
        int id = Id(served, "aaa.jpg");
        using HttpResponseMessage whole = await served.Client.GetAsync($"/images/{id}");
        Assert.Equal("image/jpeg", whole.Content.Headers.ContentType!.MediaType);
        Assert.Equal(jpeg, await whole.Content.ReadAsByteArrayAsync());
        Assert.True(whole.Headers.CacheControl!.Private);

        using HttpResponseMessage converted = await served.Client.GetAsync($"/images/{Id(served, "001.ppm")}?w=4");
        Assert.Equal("image/png", converted.Content.Headers.ContentType!.MediaType);
        using MagickImage image = new(await converted.Content.ReadAsByteArrayAsync());
        Assert.Equal((4u, 4u), (image.Width, image.Height));

        using HttpRequestMessage again = new(HttpMethod.Get, $"/images/{id}");
        again.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
        using HttpResponseMessage same = await served.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        foreach (string width in (string[])["0", "-1", "4097", "x"])
        {
            (await served.GetAsync($"/images/{id}?w={width}")).Problem(HttpStatusCode.BadRequest);
        }

        File.Delete(Path.Combine(served.Tiny.Images, "aaa.jpg"));
        Assert.Contains("aaa.jpg has gone", (await served.GetAsync($"/images/{id}")).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_of_900_million_pixels_is_left_out_of_the_pool_and_is_refused_from_its_header_when_it_comes_later()
    {
        byte[] bomb = Bomb();
        Assert.InRange(bomb.Length, 0, 2 << 20);
        await using Served served = await Served.StartAsync(
            30, tiny => File.WriteAllBytes(Path.Combine(tiny.Images, "bomb.png"), bomb), converter: new NoConverter());
        Assert.Equal(30, (int)(await served.GetAsync("/api/v1/project")).Ok()["images"]!);

        JsonNode item = await served.NextAsync();
        int id = (int)item["id"]!;
        Assert.Equal((8, 8), ((int)item["width"]!, (int)item["height"]!));
        string file = Path.Combine(served.Tiny.Images, $"{id:000}.ppm");
        File.WriteAllBytes(file, bomb);
        foreach (string size in (string[])["", "?w=320"])
        {
            string said = (await served.GetAsync($"/images/{id}{size}")).Problem(HttpStatusCode.UnprocessableEntity);
            Assert.Contains("30000x30000 pixels; wanted at most", said, StringComparison.Ordinal);
        }

        // It is still asked for, without a size, and a person can say that it is bad.
        (await served.PostAsync("/api/v1/labels", new JsonObject { ["lease"] = (string)item["lease"]!, ["action"] = "bad" })).Ok();
        JsonNode shown = (await served.GetAsync("/api/v1/review?kind=bad")).Ok()[0]!;
        Assert.Equal((id, 0, 0), ((int)shown["id"]!, (int)shown["width"]!, (int)shown["height"]!));
    }

    [Fact]
    public async Task Two_thousand_damaged_files_are_answered_with_an_image_or_a_problem_and_the_server_lives()
    {
        using ProcessImageConverter converter = new(Served.Program);
        await using Served served = await Served.StartAsync(Mutations, begins: false, converter: converter);
        SeededRandom random = new(SeedTree.Derive(4, "served"));
        byte[][] whole = [.. s_formats.Select(Encoded)];
        for (int i = 0; i < Mutations; i++)
        {
            File.WriteAllBytes(Path.Combine(served.Tiny.Images, served.Tiny.NameOf(i)), Damage.To(whole[i % whole.Length], ref random));
        }

        Dictionary<HttpStatusCode, int> counts = [];
        for (int id = 0; id < Mutations; id++)
        {
            using HttpResponseMessage response = await served.Client.GetAsync(id % 2 == 0 ? $"/images/{id}" : $"/images/{id}?w=4");
            string? type = response.Content.Headers.ContentType?.MediaType;
            Assert.True(
                response.StatusCode == HttpStatusCode.OK ? type!.StartsWith("image/", StringComparison.Ordinal) : response.StatusCode == HttpStatusCode.UnprocessableEntity && type == "application/problem+json",
                $"{id}: {response.StatusCode}, {type}");
            counts[response.StatusCode] = counts.GetValueOrDefault(response.StatusCode) + 1;
        }

        Assert.Equal(2, counts.Count);
        Assert.Equal(Mutations, (int)(await served.GetAsync("/api/v1/status")).Ok()["images"]!);

        // As the images of a new project they are read in a process of their own, which leaves out what is damaged.
        using System.Diagnostics.Process begin = Served.Program.Start(["label-create", served.Tiny.Images, "--classes", "a,b", "--out", served.Tiny.Folder["second"], "--no-progress"], talks: true);
        Task<string> error = begin.StandardError.ReadToEndAsync();
        await begin.WaitForExitAsync();
        Assert.True(begin.ExitCode == 0, await error);
        using LabellingProject second = LabellingProject.Open(served.Tiny.Folder["second"]);
        Assert.InRange(second.Images, 1, Mutations - 1);
    }

    [SkippableFact]
    public async Task A_file_that_kills_the_decoder_is_refused_and_the_next_one_is_shown()
    {
        Skip.If(OperatingSystem.IsWindows(), "a shell plays the decoder");
        await using Served served = await Served.StartAsync(30, begins: false);
        await served.StopAsync();
        string flag = served.Tiny.Folder["crashed"];
        string real = $"exec dotnet '{Path.Combine(AppContext.BaseDirectory, "ainas.dll")}' \"$1\"";
        using ProcessImageConverter converter = new(new ProgramCommand("sh", ["-c", $"if [ -e '{flag}' ]; then {real}; fi; touch '{flag}'; read line; kill -SEGV $$", "sh"]));
        await served.ServeAsync(converter: converter);

        Assert.Contains("broke the decoder", (await served.GetAsync("/images/3")).Problem(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "image/png"), await StatusAsync(served, "/images/3"));
        Assert.Equal((HttpStatusCode.OK, "image/png"), await StatusAsync(served, "/images/4"));
    }

    [Fact]
    public async Task An_error_of_the_server_says_nothing_of_the_inside()
    {
        await using Served served = await Served.StartAsync(30, begins: false, converter: new BrokenConverter());
        Reply reply = await served.GetAsync("/images/3");
        reply.Problem(HttpStatusCode.InternalServerError);
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ActiveInas", reply.Text, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode, string?)> StatusAsync(Served served, string path)
    {
        using HttpResponseMessage response = await served.Client.GetAsync(path);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType);
    }

    private static int Id(Served served, string name)
    {
        string[] names = [.. Directory.GetFiles(served.Tiny.Images).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        return Array.IndexOf(names, name);
    }

    private static byte[] Encoded(MagickFormat format)
    {
        using MagickImage image = new(MagickColors.SteelBlue, 12, 10);
        image.AddNoise(NoiseType.Gaussian);
        return image.ToByteArray(format);
    }

    /// <summary>A whole PNG of 30,000 x 30,000 black pixels, one bit each.</summary>
    private static byte[] Bomb()
    {
        const int Side = 30_000;
        byte[] head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, Side);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), Side);
        head[8] = 1;
        using MemoryStream pixels = new();
        using (ZLibStream zipped = new(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] row = new byte[1 + ((Side + 7) / 8)];
            for (int y = 0; y < Side; y++)
            {
                zipped.Write(row);
            }
        }

        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR", head), .. Chunk("IDAT", pixels.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string name, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. data];
        byte[] length = new byte[4], check = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc32.HashToUInt32(named));
        return [.. length, .. named, .. check];
    }

    /// <summary>Fails the test when anything is decoded.</summary>
    private sealed class NoConverter : IImageConverter
    {
        public Task<byte[]> ToPngAsync(string path, int? width, CancellationToken cancellation)
            => throw new InvalidOperationException($"{path} was given to the decoder.");
    }

    private sealed class BrokenConverter : IImageConverter
    {
        public Task<byte[]> ToPngAsync(string path, int? width, CancellationToken cancellation) => throw new InvalidOperationException("a secret of the inside");
    }
}
