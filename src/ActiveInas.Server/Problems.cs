using ActiveInas.Data;
using ActiveInas.Runs.Labelling;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Server;

/// <summary>Turns exceptions into problem details (RFC 9457) that say what is wrong, and nothing of the inside.</summary>
internal sealed class Problems(IProblemDetailsService service) : IExceptionHandler
{
    /// <inheritdoc/>
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        (int status, string detail) = Of(exception);
        httpContext.Response.StatusCode = status;
        if (exception is Models.TooBusyException)
        {
            httpContext.Response.Headers.RetryAfter = "1";
        }

        return service.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = status, Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), Detail = detail },
        });
    }

    private static (int Status, string Detail) Of(Exception exception) => exception switch
    {
        LabellingException { Fault: LabellingFault.Unknown } => (StatusCodes.Status404NotFound, exception.Message),
        LabellingException { Fault: LabellingFault.Conflict } => (StatusCodes.Status409Conflict, exception.Message),
        LabellingException or ConfigurationException => (StatusCodes.Status400BadRequest, exception.Message),
        DataException => (StatusCodes.Status422UnprocessableEntity, exception.Message),
        Models.TooBusyException => (StatusCodes.Status503ServiceUnavailable, exception.Message),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        OperationCanceledException => (StatusCodes.Status499ClientClosedRequest, "Whoever asked has gone."),
        SqliteException or IOException => (StatusCodes.Status503ServiceUnavailable, $"The answer could not be written: {exception.Message} Make room, or make the project's folder writable, and try again."),
        _ => (StatusCodes.Status500InternalServerError, "Something went wrong in the server; its output says what."),
    };
}
