using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActiveInas.Runs.Tests.Labelling;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ActiveInas.Server.Tests.Browser;

/// <summary>From the first image to the model, as a person goes through the page.</summary>
public sealed class LabelFlowTests(Chromium chromium) : IClassFixture<Chromium>
{
    [SkippableFact]
    public async Task Two_batches_a_suggestion_undo_review_export_and_a_restart()
    {
        using TinyProject project = new(80);
        await project.CreateAsync(auditWanted: 4);
        await using LabelPage page = await LabelPage.OpenAsync(chromium, project.Root);
        await Expect(page["#stage-empty, #stage"].Locator("visible=true")).ToHaveCountAsync(1);
        await Expect(page["#accept"]).ToBeDisabledAsync();

        // The first batch, the first network, its suggestion.
        await page.AnswerUntilAsync(Key, async () => await page.RoundAsync() >= 1);
        await page.AnswerUntilAsync(Key, () => page["#accept"].IsEnabledAsync());
        int accepted = await page.NextAsync();
        string suggested = await page["#accept-name"].InnerTextAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.NextAsync(after: accepted);
        Assert.Equal((accepted, "label", suggested), (await page.HistoryAsync())[0]);

        // Taken back, and answered by the truth.
        await page.Page.Keyboard.PressAsync("Backspace");
        await page.WaitAsync("id => document.querySelector('#stage img')?.src.endsWith('/images/' + id)", accepted);
        await page.AnswerAsync(Key(accepted));
        Assert.Equal(accepted, (await page.HistoryAsync())[0].Id);
        int bad = await page.AnswerAsync("x");

        // The second batch and its network.
        await page.AnswerUntilAsync(Key, async () => await page.RoundAsync() >= 2);

        // Review: the bad image is one after all.
        await page.ShowAsync("review");
        await page["#tab-bad"].ClickAsync();
        await Expect(page[".card"]).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync(Key(bad));
        await Expect(page[".card .given"]).ToHaveTextAsync(Truth(bad));
        Assert.Equal((bad, "label", Truth(bad)), (await page.HistoryAsync())[0]);

        // Labels, model and dashboard.
        await page.ShowAsync("dashboard");
        await Expect(page["#rounds tr"].Nth(1)).ToBeVisibleAsync();
        await Expect(page["#fact-accuracy"]).ToHaveTextAsync("Too few to tell");
        await Expect(page["#path li"].First).ToContainTextAsync(new Regex(@"A\(\d,\d\)"));
        string[] csv = await File.ReadAllLinesAsync(await DownloadAsync(page, "#exports a[href$=csv]"));
        Assert.Contains(csv, line => line.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{bad:000}.ppm,{Truth(bad)}"), StringComparison.Ordinal));
        Assert.True(new FileInfo(await DownloadAsync(page, "#model-link")).Length > 1000);

        // The server goes and comes back; an answer given meanwhile arrives.
        await page.ShowAsync("label");
        await page.NextAsync();
        int count = (await page.HistoryAsync()).Length;
        Assert.Empty(page.Window.Complaints);
        await page.StopServerAsync();
        int meanwhile = await page.AnswerAsync(Key(await page.NextAsync()));
        await Expect(page["#problem"]).ToContainTextAsync("1 answer kept here");
        await page.StartServerAsync();
        await Expect(page["#problem"]).ToBeHiddenAsync();
        Assert.Equal(count + 1, (await page.HistoryAsync()).Length);
        Assert.Equal((meanwhile, "label", Truth(meanwhile)), (await page.HistoryAsync())[0]);
        await page.AnswerAsync(Key(await page.NextAsync()));
        Assert.Equal(count + 2, (await page.HistoryAsync()).Length);
    }

    [SkippableFact]
    public async Task Answers_that_wait_survive_a_reload_of_the_page()
    {
        using TinyProject project = new(40);
        project.Configuration = project.Configuration with { Initial = 30 };
        await project.CreateAsync();
        await using LabelPage page = await LabelPage.OpenAsync(chromium, project.Root);
        int first = await page.NextAsync();
        await page.StopServerAsync();
        await page.AnswerAsync("1");
        int second = await page.AnswerAsync("2");
        await page.AnswerAsync("2");
        await page.Page.Keyboard.PressAsync("Backspace");
        await Assert.ThrowsAsync<PlaywrightException>(() => page.Page.ReloadAsync());
        await page.StartServerAsync();
        await page.GoAsync();
        await page.NextAsync(after: first);
        Assert.Equal([(second, "label", "light"), (first, "label", "dark")], await page.HistoryAsync());
    }

    [SkippableFact]
    public async Task Two_people_never_see_the_same_image()
    {
        using TinyProject project = new(60);
        project.Configuration = project.Configuration with { Initial = 50 };
        await project.CreateAsync();
        await using LabelPage page = await LabelPage.OpenAsync(chromium, project.Root);
        await page.NextAsync();
        IPage second = await page.Page.Context.NewPageAsync();
        await second.GotoAsync(page.Server!.Address);
        await second.Locator("#stage img").WaitForAsync();
        HashSet<string> seen = [];
        foreach (IPage tab in (IPage[])[page.Page, second, page.Page, second, page.Page, second])
        {
            string shown = (await tab.Locator("#stage img").GetAttributeAsync("src"))!;
            Assert.True(seen.Add(shown), $"{shown} was shown twice");
            await tab.Keyboard.PressAsync("1");
            await Expect(tab.Locator("#stage img")).Not.ToHaveAttributeAsync("src", shown);
        }
    }

    [SkippableFact]
    public async Task The_dashboard_tells_the_accuracy_once_enough_of_the_audit_is_labelled()
    {
        using TinyProject project = new(800);
        await project.CreateAsync(auditShare: 0.9, auditWanted: 55);
        await using LabelPage page = await LabelPage.OpenAsync(chromium, project.Root);
        await page.AnswerUntilAsync(Key, async () => await page.RoundAsync() >= 1 && (await page.GetAsync("status")).GetProperty("audit").GetProperty("labelled").GetInt32() >= 52);
        await page.SavedAsync();
        await page.ShowAsync("dashboard");
        await Expect(page["#fact-accuracy"]).ToHaveTextAsync(new Regex(@"^\d+\.\d\s%$"));
        await Expect(page["#fact-accuracy-note"]).ToContainTextAsync(new Regex(@"95 % interval .* ±\s[\d.]+ points?, from \d+ audit labels"));
        await Expect(page["#accuracy-width"]).ToContainTextAsync(new Regex(@"^With 200 audit labels, all there are, the interval would be about ±\s[\d.]+ points?\. 90\s% of the images shown"));
        JsonElement status = await page.GetAsync("status");
        int audited = status.GetProperty("audit").GetProperty("labelled").GetInt32();
        int learnt = status.GetProperty("labelled").GetInt32() - audited;
        await Expect(page["#fact-labels-note"]).ToContainTextAsync($"{learnt} to learn of 600, {audited} for the audit");
        await Expect(page["#accuracy svg"]).ToHaveAccessibleNameAsync(new Regex("Accuracy over labels.*95 % interval"));
        await Expect(page["#accuracy svg text"].First).ToHaveTextAsync("100\u00A0%");
        Assert.True(await page.Page.EvaluateAsync<bool>("() => { const corner = document.querySelector('#confusion thead th'); return corner.scrollWidth <= corner.clientWidth; }"), "the corner of the confusion matrix is cut off");
        await Expect(page["#confusion tbody tr"]).ToHaveCountAsync(2);
        await Expect(page["#class-table tr"]).ToHaveCountAsync(2);
        await page.ShowAsync("label");
        await Expect(page["#total-text"]).ToHaveTextAsync($"To learn: {learnt} of 600 · audit: {audited}");
        Assert.Empty(page.Window.Complaints);
    }

    private static string Truth(int id) => TinyProject.Truth(id.ToString("000", CultureInfo.InvariantCulture));

    private static string Key(int id) => Truth(id) == "dark" ? "1" : "2";

    private static async Task<string> DownloadAsync(LabelPage page, string link)
    {
        IDownload download = await page.Page.RunAndWaitForDownloadAsync(() => page[link].ClickAsync());
        return await download.PathAsync();
    }
}
