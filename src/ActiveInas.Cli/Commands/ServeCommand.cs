using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Output;
using ActiveInas.Server.Models;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas serve MODEL</c>: predictions over HTTP.</summary>
internal static class ServeCommand
{
    private const string KeyVariable = "LABEL_STUDIO_API_KEY";
    private static readonly ModelServerOptions s_defaults = new("");

    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelOptions.Model();
        ListeningOptions listening = new(s_defaults.Port, "the secret that requests carry (default: none; needed for other machines)");
        Option<int> megabytes = new("--max-request") { Description = "largest request in MB", HelpName = "N", DefaultValueFactory = _ => (int)(s_defaults.LargestBody >> 20) };
        Option<string?> files = new("--files") { Description = "folder of Label Studio's local storage, whose images tasks name", HelpName = "FOLDER" };
        Option<string?> studio = new("--label-studio") { Description = $"Label Studio whose images may be fetched, with the access token in {KeyVariable}", HelpName = "URL" };
        Option<string?> kernels = ModelOptions.Kernels();
        Option<int> threads = ModelOptions.Threads();
        Command command = new("serve", "Serve a trained network over HTTP, to programs and to Label Studio.") { model };
        listening.AddTo(command);
        foreach (Option option in (Option[])[megabytes, files, studio, kernels, threads])
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, _) =>
        {
            ModelServerOptions options = new(parsed.GetRequiredValue(model))
            {
                Address = listening.Address(parsed),
                Port = listening.Port(parsed),
                Hosts = listening.Hosts(parsed),
                Token = listening.Token(parsed),
                LargestBody = (long)parsed.GetValue(megabytes) << 20,
                Files = parsed.GetValue(files),
                LabelStudio = parsed.GetValue(studio) is { } url
                    ? Uri.TryCreate(url, UriKind.Absolute, out Uri? address) ? address : throw new UsageException($"--label-studio '{url}' is no address; give for example http://localhost:8080")
                    : null,
                LabelStudioKey = Environment.GetEnvironmentVariable(KeyVariable),
                Kernels = parsed.GetValue(kernels),
                Threads = CommonOptions.CountOrCores("--threads", parsed.GetValue(threads)),
            };
            return await ServeAsync(terminal, parsed, options).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> ServeAsync(Terminal terminal, ParseResult parsed, ModelServerOptions options)
    {
        using Signals signals = new(terminal, "stopping");
        await using ModelServer server = await ModelServer.StartAsync(options).ConfigureAwait(false);
        if (parsed.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonText.Write(new JsonObject
            {
                ["schema_version"] = RunDocument.SchemaVersion,
                ["model"] = options.Model,
                ["model_version"] = server.Version,
                ["address"] = server.Address,
            }));
        }
        else
        {
            string access = options.Token is null ? "" : " -H 'Authorization: Bearer TOKEN'";
            Tables.Fact(terminal.Result, "model", $"{options.Model} ({server.Version})");
            Tables.Fact(terminal.Result, "listens", server.Address);
            Tables.Fact(terminal.Result, "try", $"curl{access} -F file=@photo.jpg {server.Address}/api/v1/predict");
            Tables.Fact(terminal.Result, "stop", "Ctrl+C");
        }

        terminal.Out.Flush();
        await server.WaitAsync(signals.Token).ConfigureAwait(false);
        return ExitCode.Ok;
    }
}
