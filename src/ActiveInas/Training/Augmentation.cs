using System.Buffers;
using System.Runtime.Intrinsics;
using ActiveInas.Data;

namespace ActiveInas.Training;

/// <summary>Makes network input of images: normalised, and for training moved, recoloured and partly covered at random.</summary>
/// <remarks>The random numbers of an image are a function of (seed, step, row) alone, so the result depends neither on threads nor on
/// how a batch is cut. Per image one affine map of positions (<see cref="PositionMap"/>: bilinear, the nearest pixel outside), one of
/// colours (<see cref="ColourMap"/>) and one covered square: see <see cref="ImageDraw"/>. An object is immutable and safe to share.</remarks>
public sealed class Augmentation
{
    private readonly AugmentationRecipe _recipe;
    private readonly float[] _values = new float[256];

    /// <param name="recipe">Amounts.</param>
    /// <param name="normalization">Of the training part.</param>
    public Augmentation(AugmentationRecipe recipe, Normalization normalization)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        _recipe = recipe;
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = (float)((i - normalization.Mean) / normalization.Deviation);
        }
    }

    /// <summary>Input for a training step.</summary>
    /// <param name="images">Source.</param>
    /// <param name="batch">Rows firstRow... of the step's batch.</param>
    /// <param name="seed">Seed of the training's augmentation.</param>
    /// <param name="step">Step of the training.</param>
    /// <param name="output">Gets [batch, H, W, 3].</param>
    /// <param name="firstRow">Row of batch[0] in the step's batch, for callers that share the work.</param>
    public void Apply(ImageSet images, ReadOnlySpan<SampleId> batch, ulong seed, long step, Span<float> output, int firstRow = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        int size = CheckSize(images, batch, output);
        for (int i = 0; i < batch.Length; i++)
        {
            ImageDraw draw = ImageDraw.For(_recipe, seed, step, firstRow + i, images.Height, images.Width);
            Span<float> target = output.Slice(i * size, size);
            ReadOnlySpan<byte> image = images.Image(batch[i].Value);
            if (draw.IsWholePixel)
            {
                Shift(image, images.Height, images.Width, draw, target);
            }
            else
            {
                Warp(image, images.Height, images.Width, draw, target);
            }

            Cover(target, images.Height, images.Width, draw.Covered);
        }
    }

    /// <summary>Input for inference: normalised only.</summary>
    /// <param name="images">Source.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="output">Gets [batch, H, W, 3].</param>
    public void Normalize(ImageSet images, ReadOnlySpan<SampleId> batch, Span<float> output)
    {
        ArgumentNullException.ThrowIfNull(images);
        int size = CheckSize(images, batch, output);
        for (int i = 0; i < batch.Length; i++)
        {
            Translate(images.Image(batch[i].Value), output.Slice(i * size, size));
        }
    }

    private static int CheckSize(ImageSet images, ReadOnlySpan<SampleId> batch, Span<float> output)
    {
        int size = images.Height * images.Width * 3;
        return output.Length == size * batch.Length
            ? size
            : throw new ArgumentException($"{output.Length} output values for {batch.Length} images of {size}.", nameof(output));
    }

    private void Translate(ReadOnlySpan<byte> bytes, Span<float> target)
    {
        float[] values = _values;
        for (int i = 0; i < bytes.Length; i++)
        {
            target[i] = values[bytes[i]];
        }
    }

    /// <summary>Whole-pixel shifts need no interpolation; each row is a run inside the image with its edges repeated.</summary>
    private void Shift(ReadOnlySpan<byte> image, int height, int width, in ImageDraw draw, Span<float> target)
    {
        (int shiftY, int shiftX) = ((int)draw.ShiftY, (int)draw.ShiftX);
        for (int y = 0; y < height; y++)
        {
            int sourceY = Math.Clamp(y + shiftY, 0, height - 1);
            ReadOnlySpan<byte> source = image.Slice(sourceY * width * 3, width * 3);
            Span<float> row = target.Slice(y * width * 3, width * 3);
            if (shiftX == 0 && !draw.Flip)
            {
                Translate(source, row);
                continue;
            }

            for (int x = 0; x < width; x++)
            {
                int inside = Math.Clamp(x + shiftX, 0, width - 1);
                int from = 3 * (draw.Flip ? width - 1 - inside : inside);
                row[(3 * x) + 2] = _values[source[from + 2]];
                row[(3 * x) + 1] = _values[source[from + 1]];
                row[3 * x] = _values[source[from]];
            }
        }
    }

    /// <summary>The general map. Pixels become vectors (r, g, b, 0) once, then every output pixel is a blend of four of them.</summary>
    private void Warp(ReadOnlySpan<byte> image, int height, int width, in ImageDraw draw, Span<float> target)
    {
        Vector128<float>[] rented = ArrayPool<Vector128<float>>.Shared.Rent(height * width);
        Span<Vector128<float>> pixels = rented.AsSpan(0, height * width);
        float[] values = _values;
        for (int p = 0; p < pixels.Length; p++)
        {
            ReadOnlySpan<byte> rgb = image.Slice(3 * p, 3);
            pixels[p] = Vector128.Create(values[rgb[0]], values[rgb[1]], values[rgb[2]], 0f);
        }

        Place(pixels, height, width, draw.Position, target);
        if (draw.Colour is { } change)
        {
            ColourMap.For(change, Mean(pixels), values[0], values[255]).Apply(target);
        }

        ArrayPool<Vector128<float>>.Shared.Return(rented);
    }

    private static void Place(ReadOnlySpan<Vector128<float>> pixels, int height, int width, in PositionMap map, Span<float> target)
    {
        (float centerY, float centerX) = ((height - 1) / 2f, (width - 1) / 2f);
        for (int y = 0; y < height; y++)
        {
            float offsetY = y - centerY;
            for (int x = 0; x < width; x++)
            {
                float offsetX = x - centerX;
                float sourceX = centerX + ((map.Xx * offsetX) + (map.Xy * offsetY) + map.X);
                float sourceY = centerY + (map.Yx * offsetX) + (map.Yy * offsetY) + map.Y;
                Vector128<float> value = Sample(pixels, height, width, sourceY, sourceX);
                Span<float> rgb = target.Slice(((y * width) + x) * 3, 3);
                rgb[0] = value[0];
                rgb[1] = value[1];
                rgb[2] = value[2];
            }
        }
    }

    private static Vector128<float> Mean(ReadOnlySpan<Vector128<float>> pixels)
    {
        Vector128<float> sum = Vector128<float>.Zero;
        foreach (Vector128<float> pixel in pixels)
        {
            sum += pixel;
        }

        return sum / pixels.Length;
    }

    /// <summary>Cutout: a square becomes the mean of the training part, which is zero.</summary>
    private static void Cover(Span<float> target, int height, int width, CoveredSquare square)
    {
        (int left, int right) = (Math.Max(0, square.X), Math.Min(width, square.X + square.Side));
        for (int y = Math.Max(0, square.Y); y < Math.Min(height, square.Y + square.Side) && left < right; y++)
        {
            target[(((y * width) + left) * 3)..(((y * width) + right) * 3)].Clear();
        }
    }

    private static Vector128<float> Sample(ReadOnlySpan<Vector128<float>> pixels, int height, int width, float y, float x)
    {
        y = Math.Clamp(y, 0f, height - 1);
        x = Math.Clamp(x, 0f, width - 1);
        int top = Math.Min((int)y, Math.Max(0, height - 2));
        int left = Math.Min((int)x, Math.Max(0, width - 2));
        int right = Math.Min(left + 1, width - 1);
        int bottom = Math.Min(top + 1, height - 1);
        Vector128<float> fractionX = Vector128.Create(x - left);
        Vector128<float> topLeft = pixels[(top * width) + left];
        Vector128<float> bottomLeft = pixels[(bottom * width) + left];
        Vector128<float> above = topLeft + ((pixels[(top * width) + right] - topLeft) * fractionX);
        Vector128<float> below = bottomLeft + ((pixels[(bottom * width) + right] - bottomLeft) * fractionX);
        return above + ((below - above) * Vector128.Create(y - top));
    }
}
