using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace ActiveInas.Server;

/// <summary>What all servers of this program share: how they listen, speak JSON, tell of errors, health and figures.</summary>
internal static class ServerHost
{
    /// <summary>A server that listens, without routes.</summary>
    /// <param name="address">Where.</param>
    /// <param name="port">0: a free one.</param>
    /// <param name="largestBody">Of a request, in bytes.</param>
    /// <param name="meter">Name of the meter whose figures are told beside those of the requests.</param>
    /// <param name="stopTime">How long requests and background work may take to end.</param>
    public static WebApplicationBuilder Create(IPAddress address, int port, long largestBody, string meter, TimeSpan stopTime)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = largestBody;
        });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
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
        AddTelemetry(services, meter);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = stopTime);
        return builder;
    }

    /// <summary>Errors, headers, and who may come in, before any route.</summary>
    public static void Use(WebApplication application, Func<HttpContext, RequestDelegate, Task> check)
    {
        application.UseExceptionHandler().UseStatusCodePages();
        application.Use(next => context => Headers.AddAsync(context, next));
        application.Use(next => context => check(context, next));
        application.UseRouting();
    }

    /// <summary>Health, figures, and the description of the routes.</summary>
    public static void MapCommon(WebApplication application)
    {
        application.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        application.MapHealthChecks("/health/ready");
        application.MapOpenApi("/openapi/v1.json");
        application.MapPrometheusScrapingEndpoint("/metrics");
    }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="Runs.RunException">The port is taken.</exception>
    public static async Task StartAsync(WebApplication application, IPAddress address, int port)
    {
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new Runs.RunException($"Port {port} of {address} cannot be used: {exception.Message} Choose another one.", exception);
        }
    }

    /// <summary>Ends when the cancellation asks for it: requests in hand are answered, background work stops.</summary>
    public static async Task WaitAsync(WebApplication application, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static void AddTelemetry(IServiceCollection services, string meter) => services.AddOpenTelemetry().WithMetrics(metrics =>
    {
        metrics.AddMeter(meter, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter();
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            metrics.AddOtlpExporter();
        }
    });
}
