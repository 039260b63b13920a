using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Output;
using ActiveInas.Server;
using ActiveInas.Server.Models;
using Spectre.Console;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas doctor</c>: whether this machine has all that the program needs, and what to do where not.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        Command command = new("doctor", "Look whether everything works on this machine: kernels, image files, disk, permissions.");
        command.SetAction(parsed =>
        {
            Finding[] findings = [.. Examination.Of(Directory.GetCurrentDirectory(), [("ainas label", new LabelServerOptions("").Port), ("ainas serve", new ModelServerOptions("").Port)])];
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(new JsonObject
                {
                    ["schema_version"] = RunDocument.SchemaVersion,
                    ["findings"] = new JsonArray([.. findings.Select(finding => new JsonObject
                    {
                        ["subject"] = finding.Subject,
                        ["state"] = Lower(finding.State),
                        ["found"] = finding.Found,
                        ["remedy"] = finding.Remedy,
                    })]),
                }));
            }
            else
            {
                Write(terminal.Result, findings);
            }

            return findings.Any(finding => finding.State == FindingState.Problem) ? ExitCode.Configuration : ExitCode.Ok;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<Finding> findings)
    {
        Table table = Tables.Create("what", "state", "found");
        foreach (Finding finding in findings)
        {
            table.AddRow(Tables.Text(finding.Subject), Tables.Text(Lower(finding.State)), Tables.Text(finding.Found));
        }

        console.Write(table);
        foreach (Finding finding in findings.Where(finding => finding.Remedy is not null))
        {
            Tables.Fact(console, finding.Subject, finding.Remedy + ".");
        }

        int problems = findings.Count(finding => finding.State == FindingState.Problem), notes = findings.Count(finding => finding.State == FindingState.Note);
        Tables.Fact(console, "in all", problems == 0 && notes == 0 ? "everything works" : $"{Counted.Of(problems, "problem")}, {Counted.Of(notes, "note")}");
    }

    private static string Lower(FindingState state) => state.ToString().ToLowerInvariant();
}
