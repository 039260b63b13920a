using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Networks;
using ActiveInas.Tests.Networks;

namespace ActiveInas.Tests.Training;

/// <summary>The first losses of a fixed run: batch 4, 8x8 images, A(1,2), 4 classes, learning rate 0.005, momentum 0.9, decay 1e-3.</summary>
public class GoldenLossTests
{
    /// <summary>Fast bf16 families differ in the order of sums only, which the steps amplify: this share of the loss a step.</summary>
    private const double FamilyTolerance = 0.003;

    /// <summary>The same where transformed values are rounded before they are multiplied.</summary>
    private const double TransformedTolerance = 0.006;

    /// <summary>Losses are fp32.</summary>
    private const double LiteralTolerance = 1e-7;

    /// <summary>What <c>reference-bf16</c> gives; a change here is a change of the arithmetic, the initialisation or the random streams.</summary>
    private static readonly double[] s_expected =
    [
        1.2949468805382753, 2.175244268327633, 2.041460981925966, 2.297223336354043, 1.4077259989058666,
        1.9417087406959292, 1.6250697192951122, 1.550756436365281, 1.1547446059424593, 1.2077755930111558,
    ];

    public static TheoryData<string> Rows()
        => new(KernelTable.Rows.Where(row => row.Storage == StorageType.BFloat16).Select(row => row.Name));

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void The_first_ten_losses(string rowName)
    {
        KernelRow row = NetworkSamples.Row(rowName);
        Skip.IfNot(row.IsUsable, $"{row.InstructionSet} is more than this machine offers or {CpuFeatures.CapVariable} allows");
        double[] losses = Losses(row);
        for (int step = 0; step < losses.Length; step++)
        {
            double tolerance = row.Tolerance switch
            {
                KernelTolerance.Exact => LiteralTolerance,
                KernelTolerance.TransformedAndRounded => TransformedTolerance * (step + 1),
                _ => FamilyTolerance * (step + 1),
            };
            Assert.True(
                Math.Abs(losses[step] - s_expected[step]) <= tolerance * s_expected[step],
                $"{rowName}, step {step}: {losses[step]:R}, expected {s_expected[step]:R} within a share of {tolerance}; all: {string.Join(", ", losses.Select(loss => loss.ToString("R")))}");
        }
    }

    public static TheoryData<KernelFamily> Families()
        => new(KernelTable.Rows.Where(row => row.Storage == StorageType.BFloat16).GroupBy(row => row.Family).Where(rows => rows.Count() > 1).Select(rows => rows.Key));

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void All_widths_of_a_family_give_the_same_losses_to_the_last_bit(KernelFamily family)
    {
        KernelRow[] rows = [.. KernelTable.Rows.Where(row => row.Storage == StorageType.BFloat16 && row.Family == family && row.IsUsable)];
        Skip.If(rows.Length < 2, "one vector width is left");
        double[] first = Losses(rows[0]);
        Assert.All(rows.Skip(1), row => Assert.Equal(first, Losses(row)));
    }

    private static double[] Losses(KernelRow row)
    {
        using IDevice device = row.Create(1);
        NetworkShape shape = NetworkSamples.Shape(1, 2);
        using ResidualNetwork network = new(device, shape, NetworkSamples.Norm, 4, training: true);
        network.Initialize(2019);
        double[] losses = new double[10];
        for (int step = 0; step < losses.Length; step++)
        {
            network.Load(NetworkSamples.Pixels(shape, 4, (ulong)step), 4);
            network.ForwardTraining();
            losses[step] = network.Loss(NetworkSamples.Labels(shape, 4, (ulong)step));
            network.Backward();
            network.Step(0.005, 0.9, 1e-3);
        }

        return losses;
    }
}
