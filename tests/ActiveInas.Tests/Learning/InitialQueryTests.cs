using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;

namespace ActiveInas.Tests.Learning;

/// <summary>The first points, before there is a model.</summary>
public sealed class InitialQueryTests
{
    // 90 images of 8 x 8 pixels: 70 nearly black, 14 nearly red and 6 with stripes, all a little different.
    private static readonly ImageSet s_images = Images();
    private static readonly SampleId[] s_pool = Pool(90);

    [Theory]
    [InlineData("random")]
    [InlineData("typiclust")]
    [InlineData("coreset")]
    public void Each_way_draws_so_many_different_points_that_depend_on_the_seed_only(string name)
    {
        foreach (int count in (int[])[1, 7, 90])
        {
            IReadOnlyList<QueryPick> picks = InitialQueries.Create(name, s_images, 1).Draw(5, s_pool, count, CancellationToken.None);

            Assert.Equal(count, picks.Select(pick => pick.Id).Distinct().Count());
            Assert.All(picks, pick => Assert.InRange(pick.Id.Value, 0, 89));
            Assert.Equal(Enumerable.Range(1, count), picks.Select(pick => pick.Rank));
            Assert.Equal(picks, InitialQueries.Create(name, s_images, 2).Draw(5, s_pool, count, CancellationToken.None));
        }

        Assert.NotEqual(
            InitialQueries.Create(name, s_images, 1).Draw(5, s_pool, 20, CancellationToken.None),
            InitialQueries.Create(name, s_images, 1).Draw(6, s_pool, 20, CancellationToken.None));
    }

    [Theory]
    [InlineData("random")]
    [InlineData("typiclust")]
    [InlineData("coreset")]
    public void Only_the_pool_is_drawn_from(string name)
    {
        SampleId[] pool = [.. s_pool.Where(id => id.Value % 3 == 1)];

        IReadOnlyList<QueryPick> picks = InitialQueries.Create(name, s_images, 1).Draw(5, pool, pool.Length, CancellationToken.None);

        Assert.Equal(pool, picks.Select(pick => pick.Id).Order());
    }

    [Theory]
    [InlineData("typiclust")]
    [InlineData("coreset")]
    public void A_spread_start_sees_every_kind_of_image_at_once(string name)
    {
        for (ulong seed = 0; seed < 10; seed++)
        {
            IReadOnlyList<QueryPick> picks = InitialQueries.Create(name, s_images, 1).Draw(seed, s_pool, 3, CancellationToken.None);

            Assert.Equal([0, 1, 2], picks.Select(pick => s_images.Labels[pick.Id.Value]).Order());
        }
    }

    [Fact]
    public void The_random_start_is_that_of_the_paper_as_before()
        => Assert.Equal(ActiveLearner.DrawInitial(4, Pool(50), 9), new RandomStart().Draw(4, Pool(50), 9, CancellationToken.None));

    [Fact]
    public void Colours_and_edges_by_hand()
    {
        // 4 x 4 pixels, one a cell: the left half black, the right half pure green. All edges run along x (direction 0).
        byte[] pixels = [.. Enumerable.Range(0, 16).SelectMany(i => (byte[])[0, (byte)(i % 4 < 2 ? 0 : 255), 0])];

        float[] features = ImageFeatures.Of(new ImageSet(4, 4, pixels, [0], ["a"]), CancellationToken.None);

        Assert.Equal(ImageFeatures.Length, features.Length);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0], features[..12]);
        Assert.Equal(1 / MathF.Sqrt(8), features[48 + 8], 1e-6f);
        Assert.Equal(8, features[48..].Count(value => value > 0));
        Assert.All(Enumerable.Range(0, 16), cell => Assert.Equal(0, features.AsSpan(48 + (8 * cell) + 1, 7).ToArray().Sum()));
    }

    [Fact]
    public void An_even_image_has_no_edges_and_contrast_does_not_matter()
    {
        float[] even = ImageFeatures.Of(new ImageSet(5, 7, new byte[5 * 7 * 3], [0], ["a"]), CancellationToken.None);
        byte[] weak = [.. Enumerable.Range(0, 64).SelectMany(i => (byte[])[(byte)(i % 9), (byte)(i % 9), (byte)(i % 9)])];
        byte[] strong = [.. weak.Select(value => (byte)(value * 20))];

        Assert.All(even, value => Assert.Equal(0, value));
        Assert.Equal(
            ImageFeatures.Of(new ImageSet(8, 8, weak, [0], ["a"]), CancellationToken.None)[48..],
            ImageFeatures.Of(new ImageSet(8, 8, strong, [0], ["a"]), CancellationToken.None)[48..],
            (a, b) => Math.Abs(a - b) < 1e-5);
    }

    private static SampleId[] Pool(int size) => [.. Enumerable.Range(0, size).Select(id => new SampleId(id))];

    private static ImageSet Images()
    {
        SeededRandom random = new(3);
        byte[] pixels = new byte[90 * 8 * 8 * 3];
        int[] labels = [.. Enumerable.Range(0, 90).Select(i => i % 15 == 7 ? 2 : i % 6 == 3 && i < 84 ? 1 : 0)];
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i % 3;
            int x = i / 3 % 8;
            int kind = labels[i / 192];
            pixels[i] = (byte)(random.NextInt(4) + (kind == 1 && channel == 0 ? 240 : kind == 2 ? x % 4 < 2 ? 0 : 250 : x * 4));
        }

        return new ImageSet(8, 8, pixels, labels, [.. Enumerable.Range(0, 90).Select(i => $"{i}")]);
    }
}
