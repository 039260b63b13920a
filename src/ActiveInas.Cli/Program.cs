using ActiveInas.Cli;

using IDisposable? limit = Signals.ReportFileSizeLimit();
using Terminal terminal = Terminal.OfProcess();
return await Application.RunAsync(args, terminal).ConfigureAwait(false);
