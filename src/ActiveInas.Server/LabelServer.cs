using ActiveInas.Runs.Labelling;
using ActiveInas.Server.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActiveInas.Server;

/// <summary>Serves a labelling project to browsers and programs, and computes for it in the background.</summary>
/// <example><code>
/// await using LabelServer server = await LabelServer.StartAsync(new LabelServerOptions("birds"), new LocalRoundWorker(), new LocalImageConverter());
/// Console.WriteLine(server.StartAddress);
/// await server.WaitAsync(CancellationToken.None);
/// </code></example>
public sealed class LabelServer : IAsyncDisposable
{
    private const long LargestBody = 1 << 20;

    // A training stops with a checkpoint, which takes seconds.
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(40);
    private readonly WebApplication _application;
    private readonly LabellingProject _project;
    private readonly string _token;

    private LabelServer(WebApplication application, LabellingProject project, string token)
    {
        _application = application;
        _project = project;
        _token = token;
    }

    /// <summary>Where it listens, for example http://127.0.0.1:8765.</summary>
    public string Address => _application.Urls.First();

    /// <summary>The address that opens the page: it carries the token.</summary>
    public string StartAddress => $"{Address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)}/start?token={Uri.EscapeDataString(_token)}";

    /// <summary>The secret, for programs: Authorization: Bearer.</summary>
    public string Token => _token;

    /// <summary>Opens the project and starts to listen.</summary>
    /// <param name="options">Where.</param>
    /// <param name="worker">Computes.</param>
    /// <param name="converter">Decodes images that browsers do not show.</param>
    /// <exception cref="ConfigurationException">The options are not safe.</exception>
    /// <exception cref="Runs.RunException">There is no such project, another process serves it, or the port is taken.</exception>
    public static async Task<LabelServer> StartAsync(LabelServerOptions options, IRoundWorker worker, IImageConverter converter)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        LabellingProject project = LabellingProject.Open(options.Root, options.LeaseTime);
        try
        {
            string token = Access.TokenOf(options);
            WebApplication application = Build(options, project, worker, converter, token);
            await ServerHost.StartAsync(application, options.Address, options.Port).ConfigureAwait(false);
            return new LabelServer(application, project, token);
        }
        catch
        {
            project.Dispose();
            throw;
        }
    }

    /// <summary>Ends when the cancellation asks for it: requests in hand are answered, a training stops with a checkpoint.</summary>
    public Task WaitAsync(CancellationToken cancellation) => ServerHost.WaitAsync(_application, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _project.Dispose();
    }

    private static WebApplication Build(LabelServerOptions options, LabellingProject project, IRoundWorker worker, IImageConverter converter, string token)
    {
        WebApplicationBuilder builder = ServerHost.Create(options.Address, options.Port, LargestBody, Metrics.Meter, s_stopTime);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(new ProjectHost(project, TimeProvider.System)).AddSingleton(worker).AddSingleton(converter)
            .AddSingleton(new Access(options, token)).AddSingleton<Images>().AddSingleton<Metrics>()
            .AddSingleton<ModelMetrics>().AddSingleton<IStudioModel, ProjectStudioModel>().AddSingleton<LabelConfigs>()
            .AddSingleton(_ => new TaskImages(new ModelServerOptions(project.Root) { Files = Directory.Exists(project.Source) ? project.Source : null })).AddHostedService<RoundService>();

        WebApplication application = builder.Build();
        _ = application.Services.GetRequiredService<Metrics>();
        Access access = application.Services.GetRequiredService<Access>();
        ServerHost.Use(application, access.CheckAsync);
        MapRoutes(application);
        return application;
    }

    private static void MapRoutes(WebApplication application)
    {
        PageFiles.Map(application);
        Endpoints.Map(application);
        application.MapGet("/start", (HttpContext context, Access access, string? token) => access.Start(context, token)).ExcludeFromDescription();
        application.MapGet("/images/{id:int}", (Images images, int id, int? w, CancellationToken cancellation) => images.GetAsync(id, w, cancellation)).WithSummary("An image.");
        application.MapGet("/report", LabelFiles.ReportAsync).WithSummary("The report of the run.");
        LabelStudioRoutes.Map(application);
        ServerHost.MapCommon(application);
    }
}
