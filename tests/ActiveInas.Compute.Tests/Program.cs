using ActiveInas.Compute;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Tests.Contract;
using ActiveInas.Compute.Tests.Cpu;
using ActiveInas.Compute.Tests.Emitted;
using ActiveInas.Compute.Tests.Support;

// What GuardPageTests runs in a process of its own, which a mistake ends. The last line of the output says where.
BufferMemory.Current = new GuardedMemory(args[1] == "end");
switch (args[0])
{
    case "cases":
        // Reference counts up its indices one by one; guarding its ends is enough.
        foreach (KernelRow row in KernelRows.Runnable.Where(row => row.Tolerance != KernelTolerance.Exact || args[1] == "end"))
        {
            Console.WriteLine($"{row.Name}: {RunAll(row)} cases");
        }

        return 0;
    case "managed":
        return ReadNextTo(args[1] == "end");
    case "emitted":
        return MultiplyNextTo(args[1] == "end");
    case "null":
        Console.WriteLine($"{StressTests.TrainBetweenNullReferences()} families");
        return 0;
    default:
        Console.Error.WriteLine($"'{args[0]}' is unknown; it must be cases, managed, emitted or null");
        return 2;
}

// A new device for each case: buffers that grew in an earlier one would hide an access past what this one asked for.
static int RunAll(KernelRow row)
{
    int cases = 0;
    foreach (string name in OpCases.Names)
    {
        Console.Write($"{row.Name}, {name}\n");
        using IDevice device = row.Create(1);
        OpCases.Get(name).Run(device);
        cases++;
    }

    return cases;
}

static unsafe int ReadNextTo(bool end)
{
    using NativeBuffer<float> buffer = new(10);
    return buffer.Pointer[end ? 10 : -1] > 0 ? 1 : 0;
}

static unsafe int MultiplyNextTo(bool end)
{
    using ProductCase one = new(DotKernel.GroupRows, 0, ProductValues.Ordinary);
    using DotProductKernel kernel = new();
    one.Result(kernel);
    long past = end ? 64 : -64;
    one.Arguments->B += past;
    one.Result(kernel);
    return 0;
}
