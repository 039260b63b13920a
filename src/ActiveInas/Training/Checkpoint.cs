using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ActiveInas.Compute;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>
/// The bytes of a checkpoint, little endian:
/// <c>"AINASCKP" | u32 version | 32 bytes hash of the request | string kernels | state | u32 arrays | arrays (i32 length, fp32 values)</c>.
/// Arrays are the network's weights and running statistics in file order, then the velocities of its parameters, then, where the recipe averages,
/// the averages of the weights in the engine's order.
/// </summary>
/// <remarks>Exact for bf16 and fp32 devices, whose masters are fp32. What follows from (seed, step) is not stored.</remarks>
internal static class Checkpoint
{
    private const uint Version = 1;

    // Values go to the stream in parts.
    private const int Part = 1 << 14;

    private delegate void ReadValues(Span<float> values);

    private static ReadOnlySpan<byte> Magic => "AINASCKP"u8;

    /// <summary>Writes where a training stands; of the network no more than one array is copied at a time.</summary>
    public static void Write(Stream stream, ResidualNetwork network, WeightAverage? average, TrainingState state, byte[] requestHash)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        WriteHead(writer, network, average, state, requestHash);
        float[] values = new float[network.Weights.Max(weight => weight.Length)];
        foreach (NetworkWeight weight in network.Weights)
        {
            WriteArray(writer, values.AsSpan(0, weight.Length), weight.Read);
        }

        foreach (Parameter parameter in network.Parameters)
        {
            WriteArray(writer, values.AsSpan(0, parameter.Length), parameter.Velocity.Read);
        }

        foreach (float[] array in average?.Arrays ?? [])
        {
            WriteArray(writer, values.AsSpan(0, array.Length), array.CopyTo);
        }
    }

    /// <summary>Fills network and state; null when it worked, else why the checkpoint is of no use (the network is then unspecified).</summary>
    public static string? Read(
        Stream data, ResidualNetwork network, WeightAverage? average, TrainingState state, byte[] requestHash, out string kernels)
    {
        kernels = string.Empty;
        long length = data.Length - data.Position;
        using BinaryReader reader = new(data, Encoding.UTF8, leaveOpen: true);
        if (length < Magic.Length + sizeof(uint) + SHA256.HashSizeInBytes || !reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
        {
            return "it is not a checkpoint";
        }

        uint version = reader.ReadUInt32();
        if (version != Version)
        {
            return $"it has version {version}, this program writes version {Version}";
        }

        if (!reader.ReadBytes(SHA256.HashSizeInBytes).AsSpan().SequenceEqual(requestHash))
        {
            return "it belongs to another training (other data, recipe, seed or architecture)";
        }

        try
        {
            kernels = reader.ReadString();
            ReadState(reader, state);
            string? problem = ReadArrays(reader, network, average);
            average?.Restored(state.Step);
            return problem;
        }
        catch (EndOfStreamException)
        {
            return $"it is cut off after {length} bytes";
        }
    }

    private static string? ReadArrays(BinaryReader reader, ResidualNetwork network, WeightAverage? average)
    {
        int arrays = reader.ReadInt32();
        int wanted = ArrayCount(network, average);
        if (arrays != wanted)
        {
            return $"it holds {arrays} arrays instead of {wanted}";
        }

        foreach (NetworkWeight weight in network.Weights)
        {
            weight.Write(ReadArray(reader, weight.Length));
        }

        foreach (Parameter parameter in network.Parameters)
        {
            parameter.Velocity.Write(ReadArray(reader, parameter.Length));
        }

        foreach (float[] array in average?.Arrays ?? [])
        {
            ReadArray(reader, array.Length).CopyTo(array, 0);
        }

        return reader.BaseStream.Position == reader.BaseStream.Length ? null : "there are bytes behind its end";
    }

    private static void WriteHead(BinaryWriter writer, ResidualNetwork network, WeightAverage? average, TrainingState state, byte[] requestHash)
    {
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(requestHash);
        writer.Write(network.Device.KernelName);
        WriteState(writer, state);
        writer.Write(ArrayCount(network, average));
    }

    private static int ArrayCount(ResidualNetwork network, WeightAverage? average)
        => network.Weights.Count + network.Parameters.Count + (average?.Arrays.Count ?? 0);

    private static void WriteState(BinaryWriter writer, TrainingState state)
    {
        writer.Write(state.Step);
        writer.Write(state.Seconds);
        writer.Write(state.LossSum);
        writer.Write(state.LossCount);
        writer.Write(state.EpochLoss);
        writer.Write(state.EpochsClosed);
        writer.Write(state.EpochErrors.Count);
        foreach (double error in state.EpochErrors)
        {
            writer.Write(error);
        }
    }

    private static void ReadState(BinaryReader reader, TrainingState state)
    {
        state.Step = reader.ReadInt64();
        state.Seconds = reader.ReadDouble();
        state.LossSum = reader.ReadDouble();
        state.LossCount = reader.ReadInt64();
        state.EpochLoss = reader.ReadDouble();
        state.EpochsClosed = reader.ReadInt32();
        int errors = reader.ReadInt32();
        for (int i = 0; i < errors; i++)
        {
            state.EpochErrors.Add(reader.ReadDouble());
        }
    }

    private static void WriteArray(BinaryWriter writer, Span<float> values, ReadValues read)
    {
        read(values);
        writer.Write(values.Length);
        Span<byte> bytes = stackalloc byte[Part * sizeof(float)];
        for (int start = 0; start < values.Length; start += Part)
        {
            Span<float> part = values[start..Math.Min(values.Length, start + Part)];
            Span<byte> written = bytes[..(part.Length * sizeof(float))];
            MemoryMarshal.AsBytes(part).CopyTo(written);
            ToLittleEndian(written);
            writer.Write(written);
        }
    }

    private static float[] ReadArray(BinaryReader reader, int length)
    {
        if (reader.ReadInt32() != length)
        {
            throw new EndOfStreamException();
        }

        float[] values = new float[length];
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        reader.BaseStream.ReadExactly(bytes);
        ToLittleEndian(bytes);
        return values;
    }

    private static void ToLittleEndian(Span<byte> bytes)
    {
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> words = MemoryMarshal.Cast<byte, int>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }
}
