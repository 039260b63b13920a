using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ActiveInas.Compute;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>
/// The bytes of a checkpoint, little endian:
/// <c>"AINASCKP" | u32 version | 32 bytes hash of the request | string kernels | state | u32 arrays | arrays (i32 length, fp32 values)</c>.
/// Arrays are the network's weights and running statistics in file order, then the velocities of its parameters.
/// </summary>
/// <remarks>Exact for bf16 and fp32 devices, whose masters are fp32. What follows from (seed, step) is not stored.</remarks>
internal static class Checkpoint
{
    private const uint Version = 1;

    private delegate void ReadValues(Span<float> values);

    private static ReadOnlySpan<byte> Magic => "AINASCKP"u8;

    /// <summary>Bytes a checkpoint of a network takes, without the few of its state.</summary>
    public static long SizeOf(ResidualNetwork network)
        => sizeof(float) * (network.Weights.Sum(weight => (long)weight.Length) + network.Parameters.Sum(parameter => (long)parameter.Length));

    public static byte[] Write(ResidualNetwork network, TrainingState state, byte[] requestHash)
    {
        byte[] head = WriteHead(network, state, requestHash);
        int arrays = network.Weights.Count + network.Parameters.Count;

        // One buffer of the exact size: at 90 MB for A(2,4) a growing stream would cost more memory than the training itself.
        byte[] data = new byte[head.Length + SizeOf(network) + ((long)arrays * sizeof(int))];
        head.CopyTo(data, 0);
        int position = head.Length;
        foreach (NetworkWeight weight in network.Weights)
        {
            WriteArray(data, ref position, weight.Length, weight.Read);
        }

        foreach (Parameter parameter in network.Parameters)
        {
            WriteArray(data, ref position, parameter.Length, parameter.Velocity.Read);
        }

        return data;
    }

    /// <summary>Fills network and state; null when it worked, else why the checkpoint is of no use (the network is then unspecified).</summary>
    public static string? Read(byte[] data, ResidualNetwork network, TrainingState state, byte[] requestHash, out string kernels)
    {
        kernels = string.Empty;
        if (data.Length < Magic.Length + sizeof(uint) + RequestHash.Length || !data.AsSpan().StartsWith(Magic))
        {
            return "it is not a checkpoint";
        }

        using BinaryReader reader = new(new MemoryStream(data), Encoding.UTF8);
        reader.BaseStream.Position = Magic.Length;
        uint version = reader.ReadUInt32();
        if (version != Version)
        {
            return $"it has version {version}, this program writes version {Version}";
        }

        if (!reader.ReadBytes(RequestHash.Length).AsSpan().SequenceEqual(requestHash))
        {
            return "it belongs to another training (other data, recipe, seed or architecture)";
        }

        try
        {
            kernels = reader.ReadString();
            ReadState(reader, state);
            return ReadArrays(reader, network);
        }
        catch (EndOfStreamException)
        {
            return $"it is cut off after {data.Length} bytes";
        }
    }

    private static string? ReadArrays(BinaryReader reader, ResidualNetwork network)
    {
        int arrays = reader.ReadInt32();
        if (arrays != network.Weights.Count + network.Parameters.Count)
        {
            return $"it holds {arrays} arrays instead of {network.Weights.Count + network.Parameters.Count}";
        }

        foreach (NetworkWeight weight in network.Weights)
        {
            weight.Write(ReadArray(reader, weight.Length));
        }

        foreach (Parameter parameter in network.Parameters)
        {
            parameter.Velocity.Write(ReadArray(reader, parameter.Length));
        }

        return reader.BaseStream.Position == reader.BaseStream.Length ? null : "there are bytes behind its end";
    }

    private static byte[] WriteHead(ResidualNetwork network, TrainingState state, byte[] requestHash)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(requestHash);
        writer.Write(network.Device.KernelName);
        WriteState(writer, state);
        writer.Write(network.Weights.Count + network.Parameters.Count);
        return stream.ToArray();
    }

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

    // Straight into its place: a large network is not copied on the way.
    private static void WriteArray(byte[] data, ref int position, int length, ReadValues read)
    {
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(position), length);
        Span<byte> bytes = data.AsSpan(position + sizeof(int), length * sizeof(float));
        read(MemoryMarshal.Cast<byte, float>(bytes));
        ToLittleEndian(bytes);
        position += sizeof(int) + bytes.Length;
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
