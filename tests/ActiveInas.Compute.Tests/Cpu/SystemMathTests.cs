namespace ActiveInas.Compute.Tests.Cpu;

public class SystemMathTests
{
    [SkippableFact]
    public void The_C_library_says_its_version()
    {
        Skip.IfNot(File.Exists("/etc/debian_version"), "another system than Debian");
        Assert.Matches(@"^glibc \d+\.\d+", SystemMath.Library);
    }
}
