using ActiveInas.Runs.Tests.Labelling;
using Xunit.Abstractions;

namespace ActiveInas.Server.Tests.Browser;

/// <summary>From the key to the next image on the screen, with 10,000 images.</summary>
public sealed class AdvanceTimeTests(Chromium chromium, ITestOutputHelper output) : IClassFixture<Chromium>
{
    private const int Presses = 200;

    // The aim is 100 ms; machines that build something else meanwhile get room.
    private const double Limit = 500;

    // Milliseconds until the frame with the next image has been handed to the screen; a person takes at least some 80 ms for an image.
    private const string Measure =
        """
        async presses => {
          const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
          const times = [];
          for (let i = 0; i < presses; i++) {
            const before = document.querySelector('#stage img');
            const start = performance.now();
            document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'Digit1', key: '1', bubbles: true }));
            do { await frame(); } while ([null, before].includes(document.querySelector('#stage img')));
            times.push(performance.now() - start);
            await new Promise(done => setTimeout(done, 80));
          }
          return times;
        }
        """;

    [SkippableFact]
    public async Task The_next_of_ten_thousand_images_is_there_at_once()
    {
        chromium.Get();
        using TinyProject project = new(10_000);
        project.Configuration = project.Configuration with { Initial = 1000, InitialQuery = "random", Budget = 2000 };
        await project.CreateAsync();
        await using LabelPage page = await LabelPage.OpenAsync(chromium, project.Root);
        await page.NextAsync();
        double[] times = [.. (await page.Page.EvaluateAsync<double[]>(Measure, Presses)).Order()];
        output.WriteLine($"median {times[Presses / 2]:0.0} ms, 95th percentile {times[Presses * 95 / 100]:0.0} ms, most {times[^1]:0.0} ms");
        Assert.Empty(page.Window.Complaints);
        Assert.Equal(Presses, (await page.HistoryAsync()).Length);
        Assert.InRange(times[Presses * 95 / 100], 0, Limit);
    }
}
