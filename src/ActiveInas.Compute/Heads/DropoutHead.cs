using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Heads;

/// <summary>Dropout, dense layer and softmax over one embedding, many times: the part of a network that MC-dropout repeats. For scratch
/// memory, one a thread.</summary>
/// <remarks>
/// <para>Equation: p_t = softmax((m_t * e / (1 - p)) W + b) with the mask m_t of <see cref="DropoutMask"/>. logits[c] = b[c] + sum over
/// the units u that m_t keeps, ascending, of (e[u] / (1 - p)) W[u, c], each product and each sum rounded to single precision; the softmax
/// as in <see cref="Probability"/>.</para>
/// <para>The products do not depend on the pass, and sixteen passes are computed side by side: a lane is a pass, so no order of summation
/// depends on the width of the vectors, and a unit that a pass drops adds 0.</para>
/// <para>Example: <c>head.Load(embedding); head.Run(seeds[..16], sampleKey); float p = head.Probability(pass: 3, c: 7);</c>.</para>
/// </remarks>
public abstract class DropoutHead
{
    /// <summary>Passes that one <see cref="Run"/> computes at most.</summary>
    public const int PassesAtOnce = 16;

    /// <summary>Classes of a block of the products.</summary>
    private protected const int ClassesAtOnce = 8;

    private readonly double _rate;
    private readonly float _scale;
    private readonly float[] _weights;
    private readonly ulong[] _words;
    private int _passes;

    /// <summary>The fastest that the machine offers and <see cref="CpuFeatures.CapVariable"/> allows.</summary>
    /// <param name="weights">[units, classes].</param>
    /// <param name="bias">[classes].</param>
    /// <param name="rate">Share of the units that a pass drops, in [0, 1).</param>
    public static DropoutHead Create(float[] weights, float[] bias, double rate) => DropoutHeads.Best.Create(weights, bias, rate);

    /// <summary>For the rows of <see cref="DropoutHeads"/>.</summary>
    private protected DropoutHead(float[] weights, float[] bias, double rate)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(bias);
        if (rate is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The dropout rate must be at least 0 and below 1.");
        }

        if (bias.Length == 0 || weights.Length % bias.Length != 0)
        {
            throw new ArgumentException($"{weights.Length} weights are not [units, classes] for {bias.Length} classes.", nameof(weights));
        }

        Classes = bias.Length;
        Units = weights.Length / bias.Length;
        _rate = rate;
        _scale = (float)(1.0 / (1.0 - rate));
        _words = new ulong[DropoutMask.WordCount(Units)];
        Stride = (Classes + 3) / 4 * 4;
        Bias = new float[Stride];
        bias.CopyTo(Bias, 0);
        _weights = new float[Units * Stride];
        for (int i = 0; i < weights.Length; i++)
        {
            _weights[Index(i / Classes, i % Classes)] = weights[i];
        }

        Products = new float[Units * Stride];
        Masks = new uint[2 * _words.Length * PassesAtOnce];
        Exponentials = new float[Stride * PassesAtOnce];
        Sums = new float[PassesAtOnce];
    }

    /// <summary>D.</summary>
    internal int Units { get; }

    /// <summary>C.</summary>
    internal int Classes { get; }

    /// <summary>Classes, rounded up to what the kernel computes at once.</summary>
    private protected int Stride { get; }

    /// <summary>[Stride].</summary>
    private protected float[] Bias { get; }

    /// <summary>(e[u] / (1 - p)) W[u, c] at <see cref="Index"/>.</summary>
    private protected float[] Products { get; }

    /// <summary>[units / 32, 16 passes]: bit u mod 32 of word u / 32 says whether a pass keeps unit u.</summary>
    private protected uint[] Masks { get; }

    /// <summary>Logits and then exp(logit - max), [Stride, 16 passes].</summary>
    private protected float[] Exponentials { get; }

    /// <summary>Largest logit and then the sum of the exponentials, [16 passes].</summary>
    private protected float[] Sums { get; }

    /// <summary>Takes an embedding [units].</summary>
    public void Load(ReadOnlySpan<float> embedding)
    {
        if (embedding.Length != Units)
        {
            throw new ArgumentException($"The head takes embeddings of {Units} floats, got {embedding.Length}.", nameof(embedding));
        }

        Span<Vector128<float>> products = MemoryMarshal.Cast<float, Vector128<float>>(Products.AsSpan());
        ReadOnlySpan<Vector128<float>> weights = MemoryMarshal.Cast<float, Vector128<float>>(_weights.AsSpan());
        for (int at = 0, c = 0; c < Stride; c += ClassesAtOnce)
        {
            int width = Math.Min(ClassesAtOnce, Stride - c) / Vector128<float>.Count;
            for (int unit = 0; unit < Units; unit++)
            {
                float value = embedding[unit] * _scale;
                for (int end = at + width; at < end; at++)
                {
                    products[at] = value * weights[at];
                }
            }
        }
    }

    /// <summary>Computes one pass for each seed over the embedding of <see cref="Load"/>.</summary>
    /// <param name="seeds">At most <see cref="PassesAtOnce"/>.</param>
    /// <param name="sampleKey">Which sample, for the masks.</param>
    public void Run(ReadOnlySpan<ulong> seeds, int sampleKey)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seeds.Length, PassesAtOnce, nameof(seeds));
        _passes = seeds.Length;
        for (int pass = 0; pass < seeds.Length; pass++)
        {
            DropoutMask.FillWords(seeds[pass], sampleKey, _rate, Units, _words);
            for (int word = 0; word < _words.Length; word++)
            {
                Masks[(2 * word * PassesAtOnce) + pass] = (uint)_words[word];
                Masks[(((2 * word) + 1) * PassesAtOnce) + pass] = (uint)(_words[word] >> 32);
            }
        }

        Logits();
        Exponentiate();
    }

    /// <summary>p(c | x) in a pass of the last <see cref="Run"/>: exp(l[c] - max l) / sum over classes, ascending. NaN or positive infinity
    /// in the logits makes the whole pass NaN.</summary>
    /// <param name="pass">Index into its seeds.</param>
    /// <param name="c">Class.</param>
    public float Probability(int pass, int c)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pass, (uint)_passes, nameof(pass));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)c, (uint)Classes, nameof(c));
        return Exponentials[(c * PassesAtOnce) + pass] / Sums[pass];
    }

    /// <summary>Where the product of a unit and a class lies: [classes / 8, units, 8], so that a kernel reads it in order; the last block
    /// of classes is 4 wide if that is enough.</summary>
    private protected int Index(int unit, int c)
    {
        int block = c / ClassesAtOnce * ClassesAtOnce;
        return (block * Units) + (unit * Math.Min(ClassesAtOnce, Stride - block)) + (c - block);
    }

    /// <summary>Bias and kept products into Exponentials.</summary>
    private protected abstract void Logits();

    private void Exponentiate()
    {
        Span<float> largest = stackalloc float[PassesAtOnce];
        largest.Fill(float.NegativeInfinity);
        for (int c = 0; c < Classes; c++)
        {
            ReadOnlySpan<float> logits = Exponentials.AsSpan(c * PassesAtOnce, PassesAtOnce);
            for (int pass = 0; pass < _passes; pass++)
            {
                largest[pass] = MathF.Max(largest[pass], logits[pass]);
            }
        }

        Array.Clear(Sums);
        for (int c = 0; c < Classes; c++)
        {
            Span<float> row = Exponentials.AsSpan(c * PassesAtOnce, PassesAtOnce);
            for (int pass = 0; pass < _passes; pass++)
            {
                row[pass] = MathF.Exp(row[pass] - largest[pass]);
                Sums[pass] += row[pass];
            }
        }
    }
}

/// <summary>The kernel at one vector width.</summary>
internal sealed unsafe class DropoutHead<V, L>(float[] weights, float[] bias, double rate) : DropoutHead(weights, bias, rate)
    where V : struct
    where L : struct, ILanes<V>
{
    private protected override void Logits()
    {
        // The constructor sized all arrays for Units x Stride products and sixteen passes; Stride is a multiple of 4.
        fixed (float* bias = Bias, products = Products, logits = Exponentials)
        fixed (uint* masks = Masks)
        {
            for (int lane = 0; lane < PassesAtOnce; lane += L.Count)
            {
                int c = 0;
                for (; c + ClassesAtOnce <= Stride; c += ClassesAtOnce)
                {
                    Eight(bias + c, products + (c * Units), masks + lane, Units, logits + (c * PassesAtOnce) + lane);
                }

                if (c < Stride)
                {
                    Four(bias + c, products + (c * Units), masks + lane, Units, logits + (c * PassesAtOnce) + lane);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* bias, float* products, uint* masks, int units, float* logits)
    {
        V l0 = L.Broadcast(bias[0]), l1 = L.Broadcast(bias[1]), l2 = L.Broadcast(bias[2]), l3 = L.Broadcast(bias[3]);
        V l4 = L.Broadcast(bias[4]), l5 = L.Broadcast(bias[5]), l6 = L.Broadcast(bias[6]), l7 = L.Broadcast(bias[7]);
        for (int unit = 0; unit < units; unit++)
        {
            V kept = L.WhereBit(masks + (unit / 32 * PassesAtOnce), unit % 32);
            l0 = L.Add(l0, L.And(kept, L.Broadcast(products[0])));
            l1 = L.Add(l1, L.And(kept, L.Broadcast(products[1])));
            l2 = L.Add(l2, L.And(kept, L.Broadcast(products[2])));
            l3 = L.Add(l3, L.And(kept, L.Broadcast(products[3])));
            l4 = L.Add(l4, L.And(kept, L.Broadcast(products[4])));
            l5 = L.Add(l5, L.And(kept, L.Broadcast(products[5])));
            l6 = L.Add(l6, L.And(kept, L.Broadcast(products[6])));
            l7 = L.Add(l7, L.And(kept, L.Broadcast(products[7])));
            products += ClassesAtOnce;
        }

        L.Store(logits, l0);
        L.Store(logits + PassesAtOnce, l1);
        L.Store(logits + (2 * PassesAtOnce), l2);
        L.Store(logits + (3 * PassesAtOnce), l3);
        L.Store(logits + (4 * PassesAtOnce), l4);
        L.Store(logits + (5 * PassesAtOnce), l5);
        L.Store(logits + (6 * PassesAtOnce), l6);
        L.Store(logits + (7 * PassesAtOnce), l7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* bias, float* products, uint* masks, int units, float* logits)
    {
        V l0 = L.Broadcast(bias[0]), l1 = L.Broadcast(bias[1]), l2 = L.Broadcast(bias[2]), l3 = L.Broadcast(bias[3]);
        for (int unit = 0; unit < units; unit++)
        {
            V kept = L.WhereBit(masks + (unit / 32 * PassesAtOnce), unit % 32);
            l0 = L.Add(l0, L.And(kept, L.Broadcast(products[0])));
            l1 = L.Add(l1, L.And(kept, L.Broadcast(products[1])));
            l2 = L.Add(l2, L.And(kept, L.Broadcast(products[2])));
            l3 = L.Add(l3, L.And(kept, L.Broadcast(products[3])));
            products += 4;
        }

        L.Store(logits, l0);
        L.Store(logits + PassesAtOnce, l1);
        L.Store(logits + (2 * PassesAtOnce), l2);
        L.Store(logits + (3 * PassesAtOnce), l3);
    }
}

/// <summary>The plain twin of the kernel.</summary>
internal sealed class PlainDropoutHead(float[] weights, float[] bias, double rate) : DropoutHead(weights, bias, rate)
{
    private protected override void Logits()
    {
        for (int pass = 0; pass < PassesAtOnce; pass++)
        {
            for (int c = 0; c < Classes; c++)
            {
                float logit = Bias[c];
                for (int unit = 0; unit < Units; unit++)
                {
                    uint word = Masks[(unit / 32 * PassesAtOnce) + pass];
                    logit += ((word >> (unit % 32)) & 1) != 0 ? Products[Index(unit, c)] : 0f;
                }

                Exponentials[(c * PassesAtOnce) + pass] = logit;
            }
        }
    }
}
