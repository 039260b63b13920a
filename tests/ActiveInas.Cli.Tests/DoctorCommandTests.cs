using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

/// <summary><c>ainas doctor</c> finds what will fail before a run does.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_that_can_be_written_is_fine_and_left_as_it_was()
    {
        Finding[] findings = [.. Examination.Of(_folder.Path, [])];
        Assert.All(findings.Where(finding => finding.Subject is "runs" or "run store" or "image files" or "temporary files"), finding => Assert.True(finding.State == FindingState.Ok, $"{finding}"));
        Assert.Contains(findings, finding => finding.Subject == "image files" && finding.Found.Contains("JpegXl", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_problem_with_a_way_out()
    {
        Finding[] findings = [.. Examination.Of(_folder["missing"], [])];
        foreach (string subject in (string[])["runs", "run store"])
        {
            Finding finding = Assert.Single(findings, finding => finding.Subject == subject);
            Assert.Equal(FindingState.Problem, finding.State);
            Assert.Contains("--out", finding.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_port_that_is_taken_is_a_note()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Finding finding = Assert.Single(Examination.Of(_folder.Path, [("ainas label", port)]), finding => finding.Subject == "ainas label");
        Assert.Equal(FindingState.Note, finding.State);
        Assert.Contains("--port", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_prints_every_finding()
    {
        CliResult json = await Cli.InvokeAsync("doctor", "--json");
        JsonArray findings = json.Json["findings"]!.AsArray();
        Assert.Equal(findings.Any(finding => (string)finding!["state"]! == "problem") ? ExitCode.Configuration : ExitCode.Ok, json.Code);
        CliResult text = await Cli.InvokeAsync("doctor");
        Assert.All(findings, finding => Assert.Contains((string)finding!["subject"]!, text.Out, StringComparison.Ordinal));
    }
}
