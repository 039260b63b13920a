using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ActiveInas.Compute.Cpu.Emitted;
using Iced.Intel;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>AMX: configuration, loads, stores and products of tiles, with the conditions under which they fault.</summary>
internal sealed unsafe partial class InstructionInterpreter
{
    private const int ConfigurationLength = 64;
    private const int MostRows = 16;
    private const int MostRowBytes = 64;
    private readonly TileState[] _tiles = [.. Enumerable.Range(0, 8).Select(_ => new TileState())];
    private bool _isConfigured;

    /// <summary>Whether tiles are in use, which makes the system save them.</summary>
    public bool TilesAreConfigured => _isConfigured;

    /// <summary>Whether the instruction was one of these.</summary>
    private bool RunTile(in Instruction instruction)
    {
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Ldtilecfg:
                LoadConfiguration(new Span<byte>(Reach(Address(instruction), ConfigurationLength, write: false), ConfigurationLength));
                return true;
            case Mnemonic.Tilerelease:
                Release();
                return true;
            case Mnemonic.Tilezero:
                Array.Clear(Tile(instruction.Op0Register).Data);
                return true;
            case Mnemonic.Tileloadd:
                LoadTile(instruction);
                return true;
            case Mnemonic.Tilestored:
                StoreTile(instruction);
                return true;
            case Mnemonic.Tdpbf16ps:
                Multiply(instruction);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Palette at 0, first row at 1, bytes of a row of each tile at 16, rows of each tile at 48; all else is reserved and zero.</summary>
    private void LoadConfiguration(ReadOnlySpan<byte> bytes)
    {
        Release();
        Require(bytes[0] <= 1, $"LDTILECFG: palette {bytes[0]} does not exist");
        if (bytes[0] == 0)
        {
            return;
        }

        Require(bytes[1] == 0, $"LDTILECFG: first row {bytes[1]}; a function must start with row 0");
        Require(!bytes[2..16].ContainsAnyExcept((byte)0) && !bytes[32..48].ContainsAnyExcept((byte)0) && !bytes[56..].ContainsAnyExcept((byte)0), "LDTILECFG: reserved bytes are not zero");
        for (int i = 0; i < _tiles.Length; i++)
        {
            int rowBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(16 + (2 * i))..]);
            int rows = bytes[48 + i];
            Require(rows <= MostRows && rowBytes <= MostRowBytes && (rows == 0) == (rowBytes == 0), $"LDTILECFG: tile {i} has {rows} rows of {rowBytes} bytes");
            (_tiles[i].Rows, _tiles[i].RowBytes) = (rows, rowBytes);
        }

        _isConfigured = true;
    }

    private void Release()
    {
        _isConfigured = false;
        foreach (TileState tile in _tiles)
        {
            (tile.Rows, tile.RowBytes) = (0, 0);
            Array.Clear(tile.Data);
        }
    }

    private TileState Tile(Register register)
    {
        Require(register is >= Register.TMM0 and <= Register.TMM7, $"{register} is no tile");
        Require(_isConfigured, $"{register} is used while no tiles are configured");
        TileState tile = _tiles[register - Register.TMM0];
        Require(tile.Rows > 0 && tile.RowBytes % 4 == 0, $"{register} has {tile.Rows} rows of {tile.RowBytes} bytes");
        return tile;
    }

    private void LoadTile(in Instruction instruction)
    {
        TileState tile = Tile(instruction.Op0Register);
        Array.Clear(tile.Data);
        for (int row = 0; row < tile.Rows; row++)
        {
            new Span<byte>(Reach(RowAddress(instruction, row), tile.RowBytes, write: false), tile.RowBytes).CopyTo(tile.Row(row));
        }
    }

    private void StoreTile(in Instruction instruction)
    {
        TileState tile = Tile(instruction.Op1Register);
        for (int row = 0; row < tile.Rows; row++)
        {
            tile.Row(row)[..tile.RowBytes].CopyTo(new Span<byte>(Reach(RowAddress(instruction, row), tile.RowBytes, write: true), tile.RowBytes));
        }
    }

    /// <summary>The index register holds the distance between rows; without one it is zero.</summary>
    private ulong RowAddress(in Instruction instruction, int row)
    {
        Require(instruction.MemoryIndex != Register.None, $"'{instruction}' has no stride");
        return Base(instruction) + ((ulong)row * this[instruction.MemoryIndex] * (ulong)instruction.MemoryIndexScale);
    }

    /// <summary>TDPBF16PS: C[m, n] += (sum over k of A[m, 2k] B[k, 2n]) + (sum over k of A[m, 2k + 1] B[k, 2n + 1]).
    /// The decoder refuses encodings in which two of the tiles are one.</summary>
    private void Multiply(in Instruction instruction)
    {
        TileState c = Tile(instruction.Op0Register);
        TileState a = Tile(instruction.Op1Register);
        TileState b = Tile(instruction.Op2Register);
        Require(c.Rows == a.Rows && a.RowBytes / 4 == b.Rows && c.RowBytes == b.RowBytes, $"'{instruction}': the tiles do not fit each other");
        for (int m = 0; m < c.Rows; m++)
        {
            Span<ushort> left = MemoryMarshal.Cast<byte, ushort>(a.Row(m));
            Span<float> sums = MemoryMarshal.Cast<byte, float>(c.Row(m));
            for (int n = 0; n < c.RowBytes / 4; n++)
            {
                float even = 0;
                float odd = 0;
                for (int k = 0; k < b.Rows; k++)
                {
                    Span<ushort> right = MemoryMarshal.Cast<byte, ushort>(b.Row(k));
                    even = FlushedMath.MultiplyAdd(left[2 * k], right[2 * n], even);
                    odd = FlushedMath.MultiplyAdd(left[(2 * k) + 1], right[(2 * n) + 1], odd);
                }

                sums[n] = FlushedMath.Add(sums[n], FlushedMath.Add(even, odd));
            }
        }
    }

    private sealed class TileState
    {
        public int Rows { get; set; }

        public int RowBytes { get; set; }

        public byte[] Data { get; } = new byte[MostRows * MostRowBytes];

        public Span<byte> Row(int row) => Data.AsSpan(row * MostRowBytes, MostRowBytes);
    }
}
