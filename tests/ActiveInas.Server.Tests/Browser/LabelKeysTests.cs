using System.Text.RegularExpressions;
using ActiveInas.Runs.Tests.Labelling;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ActiveInas.Server.Tests.Browser;

/// <summary>Each key of the labelling view, from the key to what the server has.</summary>
public sealed class LabelKeysTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime, IDisposable
{
    private readonly TinyProject _project = new(60);
    private LabelPage _page = null!;

    public async Task InitializeAsync()
    {
        // No training begins: the keys are tested on the first images.
        _project.Configuration = _project.Configuration with { Initial = 40 };
        await _project.CreateAsync();
        _page = await LabelPage.OpenAsync(chromium, _project.Root);
    }

    public async Task DisposeAsync()
    {
        if (_page is not null)
        {
            await _page.DisposeAsync();
        }
    }

    public void Dispose() => _project.Dispose();

    [SkippableFact]
    public async Task One_key_labels_and_shows_the_next_image()
    {
        int first = await _page.AnswerAsync("1");
        int second = await _page.AnswerAsync("2");
        Assert.NotEqual(first, second);
        Assert.Equal([(second, "label", "light"), (first, "label", "dark")], await _page.HistoryAsync());
        await Expect(_page["#strip button"].First).ToContainTextAsync("light");
    }

    [SkippableFact]
    public async Task The_number_pad_labels_too_unless_it_moves()
    {
        int id = await _page.NextAsync();
        await DispatchAsync("Numpad2", "PageDown");
        Assert.Equal(id, await _page.ShownAsync());
        await DispatchAsync("Numpad2", "2");
        await _page.NextAsync(after: id);
        Assert.Equal([(id, "label", "light")], await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task Shift_and_a_digit_is_a_class_beyond_the_tenth()
    {
        await _page.NextAsync();
        foreach (int number in Enumerable.Range(3, 10))
        {
            await AddClassAsync($"class {number}");
        }

        int id = await _page.AnswerAsync("Shift+Digit2");
        Assert.Equal([(id, "label", "class 12")], await _page.HistoryAsync());
        await Expect(_page[".class[data-class='class 12'] kbd"]).ToHaveTextAsync("⇧2");
    }

    [SkippableFact]
    public async Task Space_skips_and_x_marks_a_bad_image()
    {
        int skipped = await _page.AnswerAsync("Space");
        int bad = await _page.AnswerAsync("x");
        Assert.Equal([(bad, "bad", null), (skipped, "skip", null)], await _page.HistoryAsync());
    }

    [SkippableTheory]
    [InlineData("Backspace")]
    [InlineData("Control+z")]
    public async Task Undo_shows_the_image_with_its_answer_again(string key)
    {
        int id = await _page.AnswerAsync("1");
        await _page.SavedAsync();
        await _page.Page.Keyboard.PressAsync(key);
        await Expect(_page[".class[aria-pressed=true]"]).ToHaveAttributeAsync("data-class", "dark");
        Assert.Equal(id, await _page.ShownAsync());
        Assert.Empty(await _page.HistoryAsync());
        await _page.AnswerAsync("2");
        Assert.Equal([(id, "label", "light")], await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task Undo_after_undo_goes_further_back_and_takes_back_corrections_in_their_order()
    {
        int first = await _page.AnswerAsync("1");
        int second = await _page.AnswerAsync("1");
        await _page.Page.Keyboard.PressAsync("ArrowLeft");
        await _page.Page.Keyboard.PressAsync("ArrowLeft");
        await _page.NextAsync(after: second);
        await _page.Page.Keyboard.PressAsync("2");
        await Expect(_page["#history-place"]).ToContainTextAsync("1 image back");
        Assert.Equal([(first, "label", "light"), (second, "label", "dark")], await _page.HistoryAsync());

        await _page.Page.Keyboard.PressAsync("Backspace");
        Assert.Equal([(second, "label", "dark"), (first, "label", "dark")], await _page.HistoryAsync());
        await _page.Page.Keyboard.PressAsync("Backspace");
        Assert.Equal([(first, "label", "dark")], await _page.HistoryAsync());
        await _page.Page.Keyboard.PressAsync("Backspace");
        Assert.Empty(await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task An_undo_whose_reply_is_lost_takes_back_one_answer()
    {
        int first = await _page.AnswerAsync("1");
        int second = await _page.AnswerAsync("2");
        await _page.SavedAsync();
        int undos = 0;
        await _page.Page.RouteAsync("**/api/v1/undo", async route =>
        {
            IAPIResponse reply = await route.FetchAsync();
            await (undos++ == 0 ? route.AbortAsync() : route.FulfillAsync(new RouteFulfillOptions { Response = reply }));
        });
        await _page.Page.Keyboard.PressAsync("Backspace");
        await _page.SavedAsync();
        Assert.Equal(2, undos);
        Assert.Equal([(first, "label", "dark")], await _page.HistoryAsync());
        Assert.Equal(second, await _page.ShownAsync());

        // The one of before the page was opened, which the page does not know by name.
        undos = 0;
        await _page.Page.ReloadAsync();
        await _page.NextAsync();
        await _page.Page.Keyboard.PressAsync("Backspace");
        await _page.WaitAsync("id => document.querySelector('#stage img')?.src.includes('/images/' + id)", first);
        Assert.Empty(await _page.HistoryAsync());
        Assert.Equal(2, undos);
    }

    [SkippableFact]
    public async Task Undo_reaches_behind_the_opening_of_the_page()
    {
        int id = await _page.AnswerAsync("1");
        await _page.SavedAsync();
        await _page.Page.ReloadAsync();
        int other = await _page.NextAsync(after: id);
        await _page.Page.Keyboard.PressAsync("Backspace");
        Assert.Equal(id, await _page.NextAsync(after: other));
        await _page.AnswerAsync("2");
        Assert.Equal([(id, "label", "light")], await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task Arrows_look_back_and_a_key_corrects()
    {
        int first = await _page.AnswerAsync("1");
        int current = await _page.NextAsync(after: first);
        await _page.Page.Keyboard.PressAsync("ArrowLeft");
        Assert.Equal(first, await _page.NextAsync(after: current));
        await Expect(_page["#history-place"]).ToContainTextAsync("1 image back: dark");
        await _page.Page.Keyboard.PressAsync("2");
        Assert.Equal(current, await _page.NextAsync(after: first));
        Assert.Equal([(first, "label", "light")], await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task A_slash_finds_a_class_by_its_name_or_makes_one()
    {
        int first = await _page.NextAsync();
        await _page.Page.Keyboard.PressAsync("/");
        await _page.Page.Keyboard.TypeAsync("ligh");
        await _page.Page.Keyboard.PressAsync("Enter");
        int second = await _page.NextAsync(after: first);
        await _page.Page.Keyboard.PressAsync("/");
        await _page.Page.Keyboard.TypeAsync("<b>grey</b>");
        await _page.Page.Keyboard.PressAsync("Enter");
        await _page.NextAsync(after: second);
        Assert.Equal([(second, "label", "<b>grey</b>"), (first, "label", "light")], await _page.HistoryAsync());
        await Expect(_page[".class"].Nth(2)).ToContainTextAsync("<b>grey</b>");
    }

    [SkippableFact]
    public async Task Keys_do_nothing_in_text_fields_and_dialogs()
    {
        int id = await _page.NextAsync();
        await _page["#labeller"].ClickAsync();
        await _page.Page.Keyboard.TypeAsync("Eve 12x?");
        await _page.Page.Keyboard.PressAsync("Backspace");
        await _page.Page.Keyboard.PressAsync("Enter");
        await Expect(_page["#labeller"]).ToHaveTextAsync("Eve 12x");
        await _page["#help-button"].ClickAsync();
        await _page.Page.Keyboard.PressAsync("1");
        await _page.Page.Keyboard.PressAsync("Escape");
        Assert.Empty((await _page.GetAsync("history?all=true")).EnumerateArray());
        await _page.AnswerAsync("1");
        await _page.SavedAsync();
        Assert.Equal("Eve 12x", (await _page.GetAsync("history?all=true"))[0].GetProperty("labeller").GetString());
        Assert.InRange(id, 0, 59);
    }

    [SkippableFact]
    public async Task Keys_can_be_switched_off()
    {
        int id = await _page.NextAsync();
        await _page.Page.Keyboard.PressAsync("?");
        await _page["#keys-on"].UncheckAsync();
        await _page.Page.Keyboard.PressAsync("Escape");
        await _page.Page.Keyboard.PressAsync("1");
        Assert.Equal(id, await _page.ShownAsync());
        Assert.Empty(await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task A_key_that_is_held_down_labels_once()
    {
        int id = await _page.NextAsync();
        await _page.Page.Keyboard.DownAsync("1");
        int next = await _page.NextAsync(after: id);
        await _page.Page.Keyboard.DownAsync("1");
        await _page.Page.Keyboard.DownAsync("1");
        await _page.Page.Keyboard.UpAsync("1");
        Assert.Equal(next, await _page.ShownAsync());
        Assert.Single(await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task Tiny_images_are_enlarged_as_squares_and_z_shows_their_own_size()
    {
        await _page.NextAsync();
        ILocator image = _page["#stage img"];
        Assert.Equal("pixelated", await image.EvaluateAsync<string>("e => getComputedStyle(e).imageRendering"));
        Assert.Equal(8 * 24, (await image.BoundingBoxAsync())!.Width, 1.0);
        await _page.Page.Keyboard.PressAsync("z");
        Assert.Equal(8, (await image.BoundingBoxAsync())!.Width, 1.0);
        await _page.Page.Keyboard.PressAsync("z");
        await image.ClickAsync();
        Assert.Equal(8, (await image.BoundingBoxAsync())!.Width, 1.0);
    }

    [SkippableFact]
    public async Task A_click_on_a_class_labels_and_leaves_Enter_to_the_suggestion()
    {
        int first = await _page.NextAsync();
        await _page[".class[data-class=light]"].ClickAsync();
        int second = await _page.NextAsync(after: first);
        await _page.Page.Keyboard.PressAsync("Enter");
        Assert.Equal(second, await _page.ShownAsync());
        Assert.Equal([(first, "label", "light")], await _page.HistoryAsync());
    }

    [SkippableFact]
    public async Task By_keyboard_alone_a_class_is_reached_and_pressed()
    {
        int first = await _page.NextAsync();
        await _page[".class[data-class=light]"].FocusAsync();
        await _page.Page.Keyboard.PressAsync("Enter");
        await _page.NextAsync(after: first);
        Assert.Equal([(first, "label", "light")], await _page.HistoryAsync());
        await Expect(_page[".class[data-class=light]"]).ToBeFocusedAsync();
    }

    [SkippableFact]
    public async Task A_class_is_renamed_and_its_labels_with_it()
    {
        int first = await _page.AnswerAsync("1");
        await _page["#classes-button"].ClickAsync();
        await _page["#class-rows input"].First.FillAsync("night");
        await _page.Page.Keyboard.PressAsync("Enter");
        await Expect(_page["#class-note"]).ToContainTextAsync("night");
        await _page["#new-class"].FillAsync("light");
        await _page.Page.Keyboard.PressAsync("Enter");
        await Expect(_page["#class-note"]).ToContainTextAsync(new Regex("light"));
        await Expect(_page[".class"]).ToHaveCountAsync(2);
        await _page.Page.Keyboard.PressAsync("Escape");
        Assert.Equal([(first, "label", "night")], await _page.HistoryAsync());
    }

    private async Task DispatchAsync(string code, string key)
        => await _page.Page.EvaluateAsync("key => document.body.dispatchEvent(new KeyboardEvent('keydown', { ...key, bubbles: true }))", new { code, key });

    private async Task AddClassAsync(string name)
    {
        await _page["#classes-button"].ClickAsync();
        await _page["#new-class"].FillAsync(name);
        await _page.Page.Keyboard.PressAsync("Enter");
        await Expect(_page[$".class[data-class='{name}']"]).ToHaveCountAsync(1);
        await _page.Page.Keyboard.PressAsync("Escape");
    }
}
