using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Output;
using ActiveInas.Server;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas label FOLDER --classes A,B</c>: from a folder of images to a trained network, in a browser.</summary>
internal static class LabelCommand
{
    private static readonly LabelServerOptions s_defaults = new("");

    public static Command Create(Terminal terminal)
    {
        LabelOptions project = new();
        ListeningOptions listening = new(s_defaults.Port, "the secret that opens the page (default: made at random, kept in the project)");
        Option<string?> labeller = new("--labeller") { Description = "name recorded with labels until somebody gives another (default: the user's)", HelpName = "NAME" };
        Command command = new("label", "Label images in a browser while networks are trained on the labels: begin a project, or go on with it.");
        project.AddTo(command);
        listening.AddTo(command);
        command.Add(labeller);
        Option[] serving = [.. listening.All, labeller];

        command.SetAction(async (parsed, _) =>
        {
            string root = project.Project(parsed);
            LabelServerOptions options = new(root)
            {
                Address = listening.Address(parsed),
                Port = listening.Port(parsed),
                Hosts = listening.Hosts(parsed),
                Token = listening.Token(parsed),
                Labeller = parsed.GetValue(labeller) ?? s_defaults.Labeller,
            };
            options.Validate();
            if (!LabellingProject.Exists(root))
            {
                project.RequireFolder(parsed);
                int code = await BeginAsync(parsed, serving).ConfigureAwait(false);
                if (code != ExitCode.Ok)
                {
                    return code;
                }
            }
            else
            {
                Change(root, project.Budget(parsed), project.AuditShare(parsed));
            }

            return await ServeAsync(terminal, parsed, options).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>What of a project that was begun may still be asked for otherwise.</summary>
    private static void Change(string root, int? budget, double? auditShare)
    {
        if (budget is { } labels)
        {
            LabellingRounds.RaiseBudget(root, labels);
        }

        if (auditShare is { } share)
        {
            LabellingRounds.ChangeAuditShare(root, share);
        }
    }

    /// <summary>Decodes the images in a process of its own, which is given all options but those of the server, each of which has one value.</summary>
    private static async Task<int> BeginAsync(ParseResult parsed, Option[] serving)
    {
        List<string> arguments = [LabelWorkers.Begin];
        string[] given = [.. parsed.Tokens.Select(token => token.Value).SkipWhile(value => value != parsed.CommandResult.Command.Name).Skip(1)];
        for (int i = 0; i < given.Length; i++)
        {
            if (serving.Any(option => option.Name == given[i]))
            {
                i++;
            }
            else
            {
                arguments.Add(given[i]);
            }
        }

        for (int restarts = 0; ; restarts++)
        {
            using Process process = ProgramCommand.Current.Start(arguments, talks: false);
            await process.WaitForExitAsync().ConfigureAwait(false);
            if (!ProgramCommand.HasBroken(process.ExitCode) || restarts == ProgramCommand.Restarts)
            {
                return process.ExitCode;
            }
        }
    }

    private static async Task<int> ServeAsync(Terminal terminal, ParseResult parsed, LabelServerOptions options)
    {
        using Signals signals = new(terminal, "stopping: every label is saved");
        using ProcessImageConverter images = new(ProgramCommand.Current);
        await using LabelServer server = await LabelServer.StartAsync(options, new ProcessRoundWorker(ProgramCommand.Current), images).ConfigureAwait(false);
        if (parsed.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonText.Write(new JsonObject
            {
                ["schema_version"] = RunDocument.SchemaVersion,
                ["project"] = options.Root,
                ["address"] = server.Address,
                ["start"] = server.StartAddress,
                ["token"] = server.Token,
            }));
        }
        else
        {
            Tables.Fact(terminal.Result, "project", options.Root);
            Tables.Fact(terminal.Result, "open", server.StartAddress);
            Tables.Fact(terminal.Result, "stop", "Ctrl+C: every label is saved; the same command goes on");
        }

        terminal.Out.Flush();
        await server.WaitAsync(signals.Token).ConfigureAwait(false);
        return ExitCode.Ok;
    }
}
