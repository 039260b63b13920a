using System.Formats.Tar;
using System.IO.Compression;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Labelling;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ActiveInas.Server.Tests.Browser;

/// <summary>The whole way on photos, by a person who looks at each for most of a second. It also makes the pictures of the README.</summary>
/// <remarks>AINAS_BROWSER_TRASHNET=1 runs it, where AINAS_DATA_DIR has trashnet-256x192.tar.gz; AINAS_SCREENSHOTS=FOLDER keeps the pictures.</remarks>
public sealed class TrashNetFlowTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private const int LargestPicture = 120 << 10;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(600);
    private static readonly string[] s_classes = ["cardboard", "glass", "metal", "paper", "plastic", "trash"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Photos_are_labelled_until_the_accuracy_is_known()
    {
        string? archive = Environment.GetEnvironmentVariable("AINAS_DATA_DIR") is { } data ? Path.Combine(data, "trashnet-256x192.tar.gz") : null;
        Skip.IfNot(Environment.GetEnvironmentVariable("AINAS_BROWSER_TRASHNET") == "1", "AINAS_BROWSER_TRASHNET is not 1.");
        Skip.IfNot(File.Exists(archive), "AINAS_DATA_DIR has no trashnet-256x192.tar.gz.");
        chromium.Get();
        string[] names = await UnpackAsync(archive!, _folder["TrashNet"]);
        await LabellingRounds.CreateAsync(
            new RunConfiguration
            {
                Data = _folder["TrashNet"], Unlabelled = true, Classes = s_classes, Out = _folder["project"], Initial = 60, Batch = new(40), Budget = 1000, ImageSize = 32, Recipe = Recipes.Quick,
            },
            new ProjectOptions { AuditShare = 0.3 });

        await using LabelPage page = await LabelPage.OpenAsync(chromium, _folder["project"]);
        await AnswerUntilAsync(async () => await page.RoundAsync() >= 2 && (await page.GetAsync("status")).GetProperty("audit").GetProperty("labelled").GetInt32() >= 52);
        await AnswerUntilAsync(async () => await page["#accept"].IsEnabledAsync() && await page["#state"].GetAttributeAsync("data-state") == "training" && await page["#state-message"].InnerTextAsync() is { Length: > 20 });
        await PictureAsync("labelling.jpg");

        await AnswerUntilAsync(async () => await page.RoundAsync() >= 4);
        await page.Page.Context.Pages[0].EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await PictureAsync("labelling-dark.jpg");
        await page.ShowAsync("dashboard");
        await Expect(page["#accuracy svg"]).ToBeVisibleAsync();
        await PictureAsync("labelling-dashboard-dark.jpg");
        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await PictureAsync("labelling-dashboard.jpg");
        await page.Page.SetViewportSizeAsync(390, 844);
        await PictureAsync("labelling-dashboard-phone.jpg");
        await page.ShowAsync("label");
        await page.NextAsync();
        await PictureAsync("labelling-phone.jpg");
        await page.Page.SetViewportSizeAsync(1280, 800);
        await page.ShowAsync("review");
        await Expect(page[".card"].First).ToBeVisibleAsync();
        await PictureAsync("labelling-review.jpg");
        Assert.Empty(page.Window.Complaints);
        Assert.All(await page.HistoryAsync(), said => Assert.Equal(Truth(said.Id), said.Class));

        string Truth(int id) => names[id].Split('_')[0];

        Task AnswerUntilAsync(Func<Task<bool>> isEnough) => page.AnswerUntilAsync(id => $"{Array.IndexOf(s_classes, Truth(id)) + 1}", async () =>
        {
            await Task.Delay(s_look);
            return await isEnough();
        });

        async Task PictureAsync(string name)
        {
            byte[] picture = await page.Page.ScreenshotAsync(new PageScreenshotOptions { Type = ScreenshotType.Jpeg, Quality = 80 });
            Assert.InRange(picture.Length, 10_000, LargestPicture);
            if (Environment.GetEnvironmentVariable("AINAS_SCREENSHOTS") is { Length: > 0 } folder)
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, name), picture);
            }
        }
    }

    /// <summary>All photos in one folder, so that nothing but their names tells the class; in the order of their ids.</summary>
    private static async Task<string[]> UnpackAsync(string archive, string folder)
    {
        Directory.CreateDirectory(folder);
        await using GZipStream gzip = new(File.OpenRead(archive), CompressionMode.Decompress);
        await using TarReader reader = new(gzip);
        List<string> names = [];
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.DataStream is not null)
            {
                string name = Path.GetFileName(entry.Name);
                names.Add(name);
                await entry.ExtractToFileAsync(Path.Combine(folder, name), overwrite: false);
            }
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }
}
