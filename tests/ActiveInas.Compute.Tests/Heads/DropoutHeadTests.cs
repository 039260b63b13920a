using ActiveInas.Compute.Heads;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Heads;

public sealed class DropoutHeadTests
{
    public static TheoryData<string> Names => [.. DropoutHeads.Rows.Select(row => row.Name)];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Every_width_gives_the_bytes_of_the_definition(string name)
    {
        DropoutHeadRow row = DropoutHeads.Rows.Single(candidate => candidate.Name == name);
        Skip.IfNot(row.IsSupported, $"{name} needs {row.InstructionSet}; this machine offers {CpuFeatures.Hardware}.");
        TestRandom random = new(TestRandom.SeedOf("dropout head"));
        foreach ((int units, int classes, double rate) in (ReadOnlySpan<(int, int, double)>)
            [(1, 1, 0.5), (31, 2, 0.5), (32, 3, 0), (33, 4, 0.3), (64, 7, 0.5), (100, 8, 0.9), (130, 10, 0.5), (65, 13, 0.5), (64, 100, 0.2)])
        {
            float[] weights = random.Floats(units * classes);
            float[] bias = random.Floats(classes);
            float[] embedding = random.Floats(units, -3, 3);
            ulong[] seeds = [.. Enumerable.Range(0, random.NextInt(1, DropoutHead.PassesAtOnce)).Select(_ => random.NextBits())];
            DropoutHead head = row.Create(weights, bias, rate);
            head.Load(random.Floats(units));
            head.Run([.. Enumerable.Range(0, DropoutHead.PassesAtOnce).Select(_ => random.NextBits())], 1);

            head.Load(embedding);
            head.Run(seeds, sampleKey: 77);

            for (int pass = 0; pass < seeds.Length; pass++)
            {
                float[] wanted = Definition(weights, bias, embedding, rate, seeds[pass], 77);
                Assert.Equal(wanted, Enumerable.Range(0, classes).Select(c => head.Probability(pass, c)));
            }
        }
    }

    [Fact]
    public void A_value_that_is_not_finite_makes_its_pass_nan()
    {
        DropoutHead head = DropoutHeads.Best.Create([1, 1], [0, float.PositiveInfinity], 0.5);
        head.Load([1]);
        head.Run([1], 0);

        Assert.True(float.IsNaN(head.Probability(0, 1)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        DropoutHead head = DropoutHeads.Best.Create(new float[6], new float[2], 0.5);
        head.Load(new float[3]);
        head.Run([1, 2], 0);

        Assert.Throws<ArgumentException>(() => head.Load(new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => head.Probability(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => head.Probability(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => head.Run(new ulong[17], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DropoutHeads.Best.Create(new float[6], new float[2], 1));
        Assert.Throws<ArgumentException>(() => DropoutHeads.Best.Create(new float[5], new float[2], 0.5));
    }

    private static float[] Definition(float[] weights, float[] bias, float[] embedding, double rate, ulong seed, int sampleKey)
    {
        float[] row = [.. bias];
        float scale = (float)(1 / (1 - rate));
        for (int unit = 0; unit < embedding.Length; unit++)
        {
            if (DropoutMask.Keeps(seed, sampleKey, unit, rate))
            {
                for (int c = 0; c < row.Length; c++)
                {
                    row[c] += embedding[unit] * scale * weights[(unit * row.Length) + c];
                }
            }
        }

        float max = row.Max();
        float sum = 0;
        foreach (float logit in row)
        {
            sum += MathF.Exp(logit - max);
        }

        return [.. row.Select(logit => MathF.Exp(logit - max) / sum)];
    }
}
