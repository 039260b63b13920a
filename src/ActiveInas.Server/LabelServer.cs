using System.Text.Json;
using System.Text.Json.Serialization;
using ActiveInas.Runs.Labelling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

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
            try
            {
                await application.StartAsync().ConfigureAwait(false);
            }
            catch (IOException exception)
            {
                await application.DisposeAsync().ConfigureAwait(false);
                throw new Runs.RunException($"Port {options.Port} of {options.Address} cannot be used: {exception.Message} Choose another one.", exception);
            }

            return new LabelServer(application, project, token);
        }
        catch
        {
            project.Dispose();
            throw;
        }
    }

    /// <summary>Ends when the cancellation asks for it: requests in hand are answered, a training stops with a checkpoint.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _project.Dispose();
    }

    private static WebApplication Build(LabelServerOptions options, LabellingProject project, IRoundWorker worker, IImageConverter converter, string token)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Address, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        IServiceCollection services = builder.Services;
        services.AddRoutingCore();
        services.AddProblemDetails().AddExceptionHandler<Problems>();
        services.AddOpenApi();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        });
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        services.AddHealthChecks();
        services.AddMetrics();
        AddTelemetry(services);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = s_stopTime);
        services.AddSingleton(TimeProvider.System).AddSingleton(new ProjectHost(project, TimeProvider.System)).AddSingleton(worker).AddSingleton(converter)
            .AddSingleton(new Access(options, token)).AddSingleton<Images>().AddSingleton<Metrics>().AddHostedService<RoundService>();

        WebApplication application = builder.Build();
        _ = application.Services.GetRequiredService<Metrics>();
        Access access = application.Services.GetRequiredService<Access>();
        application.UseExceptionHandler().UseStatusCodePages();
        application.Use(next => context => Headers.AddAsync(context, next));
        application.Use(next => context => access.CheckAsync(context, next));
        application.UseRouting();
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
        application.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        application.MapHealthChecks("/health/ready");
        application.MapOpenApi("/openapi/v1.json");
        application.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static void AddTelemetry(IServiceCollection services) => services.AddOpenTelemetry().WithMetrics(metrics =>
    {
        metrics.AddMeter(Metrics.Meter, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter();
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            metrics.AddOtlpExporter();
        }
    });
}
