using System.Diagnostics;
using ActiveInas.Compute.Tests.Contract;

namespace ActiveInas.Compute.Tests.Cpu;

/// <summary>No operation touches memory next to a buffer, and the runtime's own faults go on to be exceptions. A violation ends the process, so
/// each test runs in one of its own.</summary>
[Trait("Category", "Process")]
public sealed class GuardPageTests
{
    /// <summary>Segmentation fault: 128 + SIGSEGV, and 128 + SIGABRT where the runtime reports it.</summary>
    private static readonly int[] s_faults = [139, 134];

    [SkippableTheory]
    [InlineData("end")]
    [InlineData("start")]
    public void Every_operation_stays_inside_its_buffers(string guarded)
    {
        (int code, string output) = Run("cases", guarded);
        string last = output.TrimEnd().Split('\n')[^1];
        Assert.True(code == 0, $"The process ended with {code}. It was at: {last}");
    }

    [SkippableTheory]
    [InlineData("end")]
    [InlineData("start")]
    public void A_read_next_to_a_buffer_ends_the_process(string guarded) => Assert.Contains(Run("managed", guarded).Code, s_faults);

    [SkippableFact]
    public void Null_references_are_caught_on_a_thread_that_uses_the_kernels()
    {
        (int code, string output) = Run("null", "end");
        string last = output.TrimEnd().Split('\n')[^1];
        Assert.True(code == 0, $"The process ended with {code}. It was at: {last}");
        Assert.Matches("^[2-5] families$", last);
    }

    [SkippableTheory]
    [InlineData("end")]
    [InlineData("start")]
    public void A_read_of_emitted_code_next_to_a_buffer_ends_the_process(string guarded)
    {
        KernelRows.Supported("dot-avx512bf16-bf16");
        Assert.Contains(Run("emitted", guarded).Code, s_faults);
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "guard pages are made as Linux makes them");
        ProcessStartInfo start = new("dotnet", [typeof(GuardPageTests).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[CpuFeatures.CapVariable] = KernelRows.Cap;
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
