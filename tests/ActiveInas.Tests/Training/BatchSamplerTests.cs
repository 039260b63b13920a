using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public class BatchSamplerTests
{
    [Theory]
    [InlineData(10, 4)]
    [InlineData(3, 8)]
    [InlineData(1, 5)]
    [InlineData(128, 128)]
    public void Shuffle_goes_through_pass_after_pass(int count, int batch)
    {
        BatchSampler sampler = new(SamplingKind.Shuffle, count, 5);
        int[] sequence = new int[batch * count * 3];
        for (int step = 0; step < sequence.Length / batch; step++)
        {
            sampler.Fill(step, sequence.AsSpan(step * batch, batch));
        }

        int[][] passes = sequence.Chunk(count).ToArray();
        Assert.All(passes, pass => Assert.Equal(Enumerable.Range(0, count), pass.Order()));
        if (count >= 10)
        {
            Assert.NotEqual(passes[0], passes[1]);
        }
    }

    [Theory]
    [InlineData(SamplingKind.Shuffle)]
    [InlineData(SamplingKind.WithReplacement)]
    public void A_batch_depends_on_seed_and_step_only(SamplingKind kind)
    {
        BatchSampler forward = new(kind, 50, 9);
        int[][] batches = Enumerable.Range(0, 20).Select(step => Take(forward, step)).ToArray();
        BatchSampler backward = new(kind, 50, 9);
        for (int step = 19; step >= 0; step--)
        {
            Assert.Equal(batches[step], Take(backward, step));
        }

        Assert.NotEqual(batches[0], Take(new BatchSampler(kind, 50, 10), 0));
        Assert.NotEqual(batches[0], batches[1]);
    }

    [Fact]
    public void With_replacement_repeats_some_and_reaches_all()
    {
        BatchSampler sampler = new(SamplingKind.WithReplacement, 20, 1);
        int[] counts = new int[20];
        bool repeated = false;
        for (int step = 0; step < 100; step++)
        {
            int[] batch = Take(sampler, step);
            repeated |= batch.Distinct().Count() < batch.Length;
            Array.ForEach(batch, position => counts[position]++);
        }

        Assert.True(repeated);

        // 1,600 draws over 20: mean 80, deviation 8.7.
        Assert.All(counts, count => Assert.InRange(count, 40, 120));
    }

    private static int[] Take(BatchSampler sampler, int step)
    {
        int[] batch = new int[16];
        sampler.Fill(step, batch);
        return batch;
    }
}
