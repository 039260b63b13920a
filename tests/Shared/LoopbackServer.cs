using System.Net;

namespace ActiveInas.Tests.Shared;

/// <summary>A real HTTP server at a free port of the loopback interface. Requests are answered one after the other.</summary>
internal abstract class LoopbackServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _loop;

    protected LoopbackServer()
    {
        for (int port = 20_000 + (Environment.ProcessId % 20_000); ; port++)
        {
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                (_listener, Address) = (listener, $"http://127.0.0.1:{port}");
                break;
            }
            catch (HttpListenerException)
            {
                ((IDisposable)listener).Dispose();
            }
        }

        _loop = Task.Run(ServeAsync);
    }

    /// <summary>Without a slash at the end.</summary>
    public string Address { get; }

    public void Dispose()
    {
        _closing.TrySetResult();
        _listener.Close();
        _loop.Wait();
    }

    /// <summary>Answers one request.</summary>
    protected abstract Task AnswerAsync(HttpListenerContext context);

    private async Task ServeAsync()
    {
        while (!_closing.Task.IsCompleted)
        {
            try
            {
                // A request awaited while the listener closes may never come to an end, not even to a failure.
                Task<HttpListenerContext> request = _listener.GetContextAsync();
                if (await Task.WhenAny(request, _closing.Task) == request)
                {
                    await AnswerAsync(await request);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
            {
                // The client went away, or the server is closing.
            }
        }
    }
}
