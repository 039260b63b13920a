using ActiveInas.Compute.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>What every row of the kernel table must do. A new row inherits all of it.</summary>
public sealed class DeviceContractTests(DeviceCache devices) : IClassFixture<DeviceCache>
{
    private const int MostThreads = 4;
    private const int RandomCases = 80;

    public static TheoryData<string, string> RowsAndCases()
    {
        TheoryData<string, string> data = [];
        foreach (string row in KernelRows.Names)
        {
            foreach (string name in OpCases.Names)
            {
                data.Add(row, name);
            }
        }

        return data;
    }

    public static TheoryData<string> Rows() => [.. KernelRows.Names];

    /// <summary>Against Reference on one thread; then the same bytes once more, and on 2, 3 or 4 threads, in turn from case to case.</summary>
    [SkippableTheory]
    [MemberData(nameof(RowsAndCases))]
    public void Every_operation_agrees_with_Reference_at_any_thread_count(string rowName, string name)
    {
        KernelRow row = KernelRows.Supported(rowName);
        OpCase one = OpCases.Get(name);
        IDevice single = devices.Get(row, 1);
        IReadOnlyList<OpOutput> outputs = one.Run(single);
        one.VerifyValues(single, outputs);
        one.VerifySameBytes($"{rowName}, run twice", outputs, one.Run(single));
        int threads = 2 + (OpCases.PlaceOf(name) % (MostThreads - 1));
        one.VerifySameBytes($"{rowName}, 1 and {threads} threads", outputs, one.Run(devices.Get(row, threads)));
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Every_operation_gives_the_same_bytes_at_1_2_3_and_4_threads(string rowName)
    {
        KernelRow row = KernelRows.Supported(rowName);
        foreach (OpCase one in OpCases.Large)
        {
            IReadOnlyList<OpOutput> outputs = one.Run(devices.Get(row, 1));
            for (int threads = 2; threads <= MostThreads; threads++)
            {
                one.VerifySameBytes($"{rowName}, 1 and {threads} threads", outputs, one.Run(devices.Get(row, threads)));
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Random_shapes_agree_with_Reference(string rowName)
    {
        IDevice device = devices.Get(KernelRows.Supported(rowName), 2);
        for (int seed = 0; seed < RandomCases; seed++)
        {
            OpCase one = OpCases.FromSeed(seed);
            one.VerifyValues(device, one.Run(device));
        }
    }

    /// <summary>The device that served all cases before gives what a new one gives: nothing of one call leaks into the next.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void A_used_device_gives_what_a_new_one_gives(string rowName)
    {
        KernelRow row = KernelRows.Supported(rowName);
        foreach (OpCase one in OpCases.Large)
        {
            using IDevice device = row.Create(2);
            one.VerifySameBytes($"{rowName}, new and used device", one.Run(device), one.Run(devices.Get(row, 2)));
        }
    }

    public static TheoryData<KernelFamily, StorageType> Families()
    {
        TheoryData<KernelFamily, StorageType> data = [];
        foreach (var rows in KernelTable.Rows.GroupBy(row => (row.Family, row.Storage)).Where(rows => rows.Count() > 1))
        {
            data.Add(rows.Key.Family, rows.Key.Storage);
        }

        return data;
    }

    /// <summary>Lanes are channels, so the width of a vector changes no order of summation.</summary>
    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void All_widths_of_a_family_give_the_same_bytes(KernelFamily family, StorageType storage)
    {
        KernelRow[] rows = [.. KernelRows.Runnable.Intersect(KernelTable.Rows).Where(row => row.Family == family && row.Storage == storage)];
        Skip.If(rows.Length < 2, $"This machine runs {rows.Length} row of {family}.");
        foreach (OpCase one in OpCases.All)
        {
            IReadOnlyList<OpOutput> first = one.Run(devices.Get(rows[0], 2));
            foreach (KernelRow row in rows[1..])
            {
                one.VerifySameBytes($"{rows[0].Name} and {row.Name}", first, one.Run(devices.Get(row, 2)));
            }
        }
    }

    public static TheoryData<string> RowsWithOracle() => [.. KernelTable.Rows.Where(row => KernelRows.OracleOf(row) is not null).Select(row => row.Name)];

    /// <summary>To the last bit: plain loops sum the same terms in the same order. Around emitted kernels stands the same device, so that statistics and
    /// inference are the same too; Vector takes statistics, and rounds the normalisation of an inference, in other ways than Reference.</summary>
    [SkippableTheory]
    [MemberData(nameof(RowsWithOracle))]
    public void Convolutions_are_those_of_the_plain_loops_whose_order_they_share(string rowName)
    {
        KernelRow row = KernelRows.Supported(rowName);
        KernelRow oracle = KernelRows.OracleOf(row)!;
        bool isReference = oracle.Tolerance == KernelTolerance.Exact;
        foreach (OpCase one in OpCases.Convolutions.Where(one => !isReference || (!one.HasStatistics && !one.IsInference)))
        {
            one.VerifySameBytes($"{oracle.Name} and {rowName}", one.Run(devices.Get(oracle, 2)), one.Run(devices.Get(row, 2)));
        }
    }

    /// <summary>Changed weights must be seen at once, whatever copies a device keeps.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void A_step_of_the_optimiser_changes_the_next_convolution(string rowName)
    {
        KernelRow row = KernelRows.Supported(rowName);
        ConvolutionShape shape = new(32, 32, 3, 1);
        IDevice device = devices.Get(row, 2);
        using OpBench bench = new(device, 1);
        Tensor x = bench.Input(new TensorShape(1, 32, 4, 4), 1);
        Tensor y = bench.Output("y", new TensorShape(1, 32, 4, 4), 1);
        Parameter w = bench.Trainable(shape.WeightCount);
        float[] before = new float[16 * 32];
        float[] after = new float[16 * 32];
        device.ConvolutionForward(shape, x, w, y);
        y.Read(before);

        // w' = w - 2 w turns every sign: without momentum and gradient the decay alone does it.
        w.Gradient.Write(new float[w.Length]);
        w.Velocity.Write(new float[w.Length]);
        device.SgdStep([w], learningRate: 2, momentum: 0, weightDecay: 1);
        device.ConvolutionForward(shape, x, w, y);
        y.Read(after);
        for (int i = 0; i < before.Length; i++)
        {
            Assert.Equal(-before[i], after[i]);
        }
    }

    /// <summary>As if the host had normalised them: every byte, images of several sizes, a short batch.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Bytes_become_what_normalised_floats_become(string rowName)
    {
        IDevice device = devices.Get(KernelRows.Supported(rowName), 1);
        using Tensor bytes = device.CreateTensor(new TensorShape(3, 3, 8, 11));
        using Tensor floats = device.CreateTensor(bytes.Shape);
        (bytes.Images, floats.Images) = (2, 2);
        byte[] pixels = [.. Enumerable.Range(0, 2 * 8 * 11 * 3).Select(i => (byte)(i * 7))];
        Assert.Equal(256, pixels.Distinct().Count());
        bytes.Write(pixels, 120.7, 63.3);
        floats.Write(Array.ConvertAll(pixels, pixel => (float)((pixel - 120.7) / 63.3)));
        TensorAssert.SameBytes(rowName, RawMemory.Bytes(floats), RawMemory.Bytes(bytes));
        TensorAssert.BordersAreZero(rowName, bytes);
        Assert.Contains("a tensor of 2 images", Assert.Throws<ArgumentException>(() => bytes.Write(pixels.AsSpan(1), 0, 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>A diverged training must show, not turn into zeros.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Not_a_number_passes_the_rectifier(string rowName)
    {
        IDevice device = devices.Get(KernelRows.Supported(rowName), 1);
        using BatchNorm norm = new(device, 64, 1e-5, 0.1);
        using Tensor x = device.CreateTensor(new TensorShape(1, 64, 2, 2));
        using Tensor y = device.CreateTensor(x.Shape);
        float[] values = new float[256];
        values[70] = float.NaN;
        x.Write(values);
        device.BatchNormApply(norm, x, null, relu: true, y);
        y.Read(values);
        Assert.True(float.IsNaN(values[70]), $"NaN became {values[70]}.");
        Assert.Equal(255, values.Count(value => value == 0));
    }

    /// <summary>NaN of either sign wins a window, as it passes a rectifier.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Not_a_number_wins_the_pool(string rowName)
    {
        IDevice device = devices.Get(KernelRows.Supported(rowName), 1);
        using BatchNorm identity = new(device, 32, 1e-5, 0.1);
        using Tensor x = device.CreateTensor(new TensorShape(1, 32, 4, 4));
        using Tensor y = device.CreateTensor(new TensorShape(1, 32, 2, 2));
        float[] ones = new float[32];
        float[] values = new float[16 * 32];
        Array.Fill(ones, 1);
        Array.Fill(values, 2);
        values[0] = float.NaN;
        values[(15 * 32) + 1] = -float.NaN;
        values[(15 * 32) + 2] = float.PositiveInfinity;
        identity.BatchInverseDeviation.Write(ones);
        x.Write(values);
        device.BatchNormMaxPool(identity, x, y);
        float[] pooled = new float[4 * 32];
        y.Read(pooled);
        Assert.True(float.IsNaN(pooled[0]) && float.IsNaN(pooled[(3 * 32) + 1]), $"NaN became {pooled[0]} and {pooled[(3 * 32) + 1]}.");
        Assert.Equal(float.PositiveInfinity, pooled[(3 * 32) + 2]);
        Assert.Equal((4 * 32) - 3, pooled.Count(value => value == 2));
    }

    /// <summary>To the bit: pooling what a convolution has rounded loses nothing, whoever holds it in between.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void A_pooled_convolution_is_the_pool_of_the_convolution(string rowName)
    {
        IDevice device = devices.Get(KernelRows.Supported(rowName), 2);
        foreach ((int channels, int kernel, int height, int width, int images) in new[] { (3, 3, 12, 9, 19), (1, 3, 32, 32, 9), (2, 1, 5, 5, 1), (32, 3, 8, 8, 3) })
        {
            using OpBench bench = new(device, 1);
            ConvolutionShape shape = new(channels, 40, kernel, 1);
            Tensor x = bench.Input(new TensorShape(images, channels, height, width), images);
            Parameter w = bench.Weights(shape.WeightCount, gradient: null);
            BatchNorm norm = bench.Norm(40);
            Tensor between = bench.Intermediate(new TensorShape(images, 40, height, width), images);
            Tensor y = bench.Output("y", PoolingCases.Halved(between.Shape), images);
            float[] convolved = new float[images * height * width * 40];
            device.ConvolutionInference(shape, x, w, norm, null, relu: true, between);
            between.Read(convolved);
            float[] pooled = new float[images * y.Shape.Height * y.Shape.Width * 40];
            device.ConvolutionInferenceMaxPool(shape, x, w, norm, between, y);
            y.Read(pooled);
            float[] expected = [.. from n in Enumerable.Range(0, images)
                                   from row in Enumerable.Range(0, y.Shape.Height)
                                   from column in Enumerable.Range(0, y.Shape.Width)
                                   from c in Enumerable.Range(0, 40)
                                   select Maximum(n, 2 * row, 2 * column, c)];
            Assert.Equal(expected, pooled);

            float Maximum(int n, int row, int column, int c)
                => (from r in Enumerable.Range(row - 1, 3)
                    from k in Enumerable.Range(column - 1, 3)
                    where r >= 0 && r < height && k >= 0 && k < width
                    select convolved[(((((n * height) + r) * width) + k) * 40) + c]).Max();
        }
    }

    /// <summary>A diverged training must show in the gradients, too.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Not_a_number_passes_the_gradient_of_the_pool(string rowName)
    {
        IDevice device = devices.Get(KernelRows.Supported(rowName), 1);
        using OpBench bench = new(device, 1);
        BatchNorm norm = bench.Norm(32, backwardPass: true);
        Tensor x = bench.InOut("x", new TensorShape(1, 32, 4, 4), 1);
        Tensor y = bench.Output("y", new TensorShape(1, 32, 2, 2), 1);
        Tensor dy = bench.Input(y.Shape, 1);
        Tensor dx = bench.Output("dx", x.Shape, 1);
        float[] values = new float[16 * 32];
        x.Read(values);
        values[(5 * 32) + 7] = float.NaN;
        x.Write(values);
        device.BatchNormMaxPool(norm, x, y);
        device.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
        dx.Read(values);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(float.IsNaN(values[i]) == (i % 32 == 7), $"dx of channel {i % 32} is {values[i]}.");
        }
    }

    /// <summary>Copies that a device keeps of the weights belong to a shape, and go with the memory.</summary>
    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void One_parameter_serves_images_of_several_sizes_in_turn(string rowName)
    {
        IDevice device = devices.Get(KernelRows.Supported(rowName), 2);
        using IDevice reference = KernelRows.Reference(device.Storage).Create(1);
        ConvolutionShape shape = new(32, 64, 3, 1);
        using Parameter w = new(device, shape.WeightCount);
        using Parameter same = new(reference, shape.WeightCount);
        float[] weights = new TestRandom(3).Floats(shape.WeightCount);
        w.Values.Write(weights);
        same.Values.Write(weights);
        foreach (int size in new[] { 2, 4, 3, 8, 2, 4 })
        {
            TensorShape x = new(2, 32, size, size);
            double[] expected = Forward(reference, shape, same, x);
            TensorAssert.Close(
                $"{rowName}, {size} x {size}", [2, size, size, 64], expected, Forward(device, shape, w, x),
                Tolerance.Of(device.Storage, KernelRows.Of(device).Tolerance, isTensor: true, isStatistics: false));
        }
    }

    [SkippableFact]
    public void A_training_step_on_a_fast_row_allocates_nothing_after_its_first_calls()
    {
        List<KernelRow> rows = [.. KernelRows.Runnable.Where(row => row.Tolerance != KernelTolerance.Exact)];
        Skip.If(rows.Count == 0, "The kernel table has no fast row that this machine can run.");
        List<string> failures = [];
        foreach (KernelRow row in rows)
        {
            IDevice device = devices.Get(row, 2);
            foreach (OpCase one in OpCases.Large)
            {
                using OpBench bench = new(device, TestRandom.SeedOf(one.Name));
                Action call = one.Arrange(bench);
                call();
                call();
                long bytes = Allocations.OfEveryCall(call);
                if (bytes > 0)
                {
                    failures.Add($"{row.Name}, {one.Name}: {bytes} bytes");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    private static double[] Forward(IDevice device, ConvolutionShape shape, Parameter w, TensorShape extent)
    {
        using Tensor x = device.CreateTensor(extent);
        using Tensor y = device.CreateTensor(extent with { Channels = shape.OutChannels });
        x.Write(new TestRandom(5).Floats(extent.Images * extent.Channels * extent.Height * extent.Width));
        device.ConvolutionForward(shape, x, w, y);
        float[] values = new float[extent.Images * shape.OutChannels * extent.Height * extent.Width];
        y.Read(values);
        return Array.ConvertAll(values, value => (double)value);
    }
}
