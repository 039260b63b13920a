using ActiveInas.Querying.Geometry;

namespace ActiveInas.Tests.Querying.Geometry;

public sealed class FactoredPlusPlusTests
{
    [Theory]
    [InlineData(1, 8, 2, true)]
    [InlineData(40, 1, 3, false)]
    [InlineData(700, 33, 10, true)]
    [InlineData(1100, 48, 17, false)]
    public void Distances_are_those_of_the_plain_loop(int rows, int length, int classes, bool nonNegative)
    {
        SeededRandom random = new((ulong)rows);
        (float[] embeddings, float[] residuals) = Factors(rows, length, classes, nonNegative, ref random);
        FactoredPlusPlus seeds = new(embeddings, length, residuals, classes, threads: 2);
        double[] wanted = new double[rows];
        Array.Fill(wanted, double.PositiveInfinity);
        for (int step = 0; step < Math.Min(rows, 25); step++)
        {
            int centre = random.NextInt(rows);

            seeds.Add(centre, CancellationToken.None);

            for (int row = 0; row < rows; row++)
            {
                wanted[row] = Math.Min(wanted[row], seeds.SquaredDistance(row, centre));
            }

            Assert.Equal(wanted, seeds.Nearest.ToArray());
            Assert.Equal(0, seeds.Nearest[centre]);
        }
    }

    [Fact]
    public void Distances_are_those_of_the_outer_products()
    {
        SeededRandom random = new(5);
        (float[] embeddings, float[] residuals) = Factors(30, 6, 4, false, ref random);
        FactoredPlusPlus seeds = new(embeddings, 6, residuals, 4, threads: 1);
        seeds.Add(7, CancellationToken.None);
        double[] centre = Outer(7);
        for (int row = 0; row < 30; row++)
        {
            Assert.Equal(Outer(row).Zip(centre, (a, b) => (a - b) * (a - b)).Sum(), seeds.Nearest[row], 1e-4);
            Assert.Equal(Outer(row).Sum(value => value * value), seeds.SquaredNorms[row], 1e-4);
        }

        double[] Outer(int row)
            => [.. from q in residuals.AsSpan(row * 4, 4).ToArray() from e in embeddings.AsSpan(row * 6, 6).ToArray() select (double)q * e];
    }

    [Fact]
    public void Threads_change_nothing()
    {
        SeededRandom random = new(6);
        (float[] embeddings, float[] residuals) = Factors(2000, 20, 5, true, ref random);
        FactoredPlusPlus one = new(embeddings, 20, residuals, 5, threads: 1);
        FactoredPlusPlus three = new(embeddings, 20, residuals, 5, threads: 3);
        for (int step = 0; step < 10; step++)
        {
            one.Add(step * 31, CancellationToken.None);
            three.Add(step * 31, CancellationToken.None);

            Assert.Equal(one.Total, three.Total);
            Assert.Equal(one.Draw(step / 10.0), three.Draw(step / 10.0));
        }
    }

    [Fact]
    public void Rows_are_drawn_in_proportion_to_their_squared_distance()
    {
        // On a line, one class: squared distances to row 0 are 0, 1, 4 and 9.
        FactoredPlusPlus seeds = new((float[])[0, 1, 2, 3], 1, (float[])[1, 1, 1, 1], 1, threads: 1);
        seeds.Add(0, CancellationToken.None);

        Assert.Equal(14, seeds.Total);
        Assert.Equal(
            [1, 1, 2, 2, 3, 3],
            ((double[])[0, 0.9 / 14, 1.0 / 14, 4.9 / 14, 5.1 / 14, Math.BitDecrement(1.0)]).Select(seeds.Draw));
    }

    [Fact]
    public void When_all_rows_are_centres_or_copies_nothing_is_drawn()
    {
        FactoredPlusPlus seeds = new((float[])[2, 2, 2], 1, (float[])[1, 1, 1], 1, threads: 1);
        seeds.Add(1, CancellationToken.None);

        Assert.Equal(0, seeds.Total);
        Assert.Equal(-1, seeds.Draw(0.5));
    }

    [Fact]
    public void Factors_that_do_not_fit_are_refused()
        => Assert.Throws<ArgumentException>(() => new FactoredPlusPlus(new float[8], 2, new float[9], 3, 1));

    // Residuals like those of a softmax, some of them nearly zero, and every tenth row a copy of the one before.
    private static (float[] Embeddings, float[] Residuals) Factors(int rows, int length, int classes, bool nonNegative, ref SeededRandom random)
    {
        float[] embeddings = new float[rows * length];
        float[] residuals = new float[rows * classes];
        for (int row = 0; row < rows; row++)
        {
            Span<float> e = embeddings.AsSpan(row * length, length);
            Span<float> q = residuals.AsSpan(row * classes, classes);
            if (row % 10 == 9)
            {
                embeddings.AsSpan((row - 1) * length, length).CopyTo(e);
                residuals.AsSpan((row - 1) * classes, classes).CopyTo(q);
                continue;
            }

            float sure = row % 3 == 0 ? 0.01f : 1;
            for (int k = 0; k < length; k++)
            {
                float value = (float)random.NextGaussian();
                e[k] = nonNegative ? MathF.Abs(value) : value;
            }

            for (int c = 0; c < classes; c++)
            {
                q[c] = sure * (random.NextInt(1000) / 1000f / classes);
            }

            q[random.NextInt(classes)] -= sure;
        }

        return (embeddings, residuals);
    }
}
