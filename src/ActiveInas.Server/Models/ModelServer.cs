using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActiveInas.Server.Models;

/// <summary>Serves a trained network over HTTP: predictions for programs, and pre-annotations for Label Studio.</summary>
/// <example><code>
/// await using ModelServer server = await ModelServer.StartAsync(new ModelServerOptions("runs/photos"));
/// await server.WaitAsync(CancellationToken.None);
/// </code></example>
public sealed class ModelServer : IAsyncDisposable
{
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(20);
    private readonly WebApplication _application;

    private ModelServer(WebApplication application) => _application = application;

    /// <summary>Where it listens, for example http://127.0.0.1:9090.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Architecture and the first digits of the file's SHA-256.</summary>
    public string Version => _application.Services.GetRequiredService<Predictor>().Model.Version;

    /// <summary>Loads the model and starts to listen.</summary>
    /// <exception cref="ConfigurationException">The options are not safe.</exception>
    /// <exception cref="Runs.RunException">There is no such model, or the port is taken.</exception>
    public static async Task<ModelServer> StartAsync(ModelServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        WebApplicationBuilder builder = ServerHost.Create(options.Address, options.Port, options.LargestBody, ModelMetrics.Meter, s_stopTime);
        builder.Services.AddSingleton(options).AddSingleton<ModelMetrics>().AddSingleton<Predictor>().AddSingleton<IStudioModel, ServedStudioModel>().AddSingleton<LabelConfigs>().AddSingleton<TaskImages>();
        WebApplication application = builder.Build();
        HostNames names = new(options.Address, options.Hosts);
        ServerHost.Use(application, (context, next) => CheckAsync(options, names, context, next));
        PredictRoutes.Map(application);
        LabelStudioRoutes.Map(application);
        application.MapGet("/", LabelStudioRoutes.Health).ExcludeFromDescription();
        ServerHost.MapCommon(application);
        try
        {
            _ = application.Services.GetRequiredService<Predictor>();
            await ServerHost.StartAsync(application, options.Address, options.Port).ConfigureAwait(false);
            return new ModelServer(application);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends when the cancellation asks for it; requests in hand are answered.</summary>
    public Task WaitAsync(CancellationToken cancellation) => ServerHost.WaitAsync(_application, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Lets a request in, or answers it. Label Studio sends the secret as a password (Basic), other programs as a token (Bearer).</summary>
    private static Task CheckAsync(ModelServerOptions options, HostNames names, HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (names.Refusal(request) is var (status, reason))
        {
            return Secrets.RefuseAsync(context, status, reason);
        }

        if (options.Token is { } token && !request.Path.StartsWithSegments("/health") && !Secrets.Same(Secrets.Bearer(request) ?? Secrets.BasicPassword(request), token))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer, Basic";
            return Secrets.RefuseAsync(context, StatusCodes.Status401Unauthorized, "Send the token with which the server was started: Authorization: Bearer TOKEN, or as the password of Basic.");
        }

        return next(context);
    }
}
