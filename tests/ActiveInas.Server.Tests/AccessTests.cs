using System.Net;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Folder;
using ActiveInas.Server.Tests.Support;

namespace ActiveInas.Server.Tests;

/// <summary>Who may come in, and with what.</summary>
public sealed class AccessTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly Served _served = shared.Served;

    public static TheoryData<string> Guarded =>
    [
        "/", "/page/app.js", "/api/v1/session", "/api/v1/project", "/api/v1/next", "/api/v1/status", "/api/v1/events", "/api/v1/export?format=csv", "/api/v1/model",
        "/images/0", "/report", "/openapi/v1.json", "/metrics", "/nowhere",
    ];

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task Without_the_token_or_with_another_nothing_is_said(string path)
    {
        foreach (string? token in (string?[])[null, "", "0123456789abcdef0123456789abcdef", _served.Server.Token[..^1], _served.Server.Token + "0"])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            if (token is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
                request.Headers.Add("Cookie", $"{CookieName}={token}");
            }

            Assert.Contains("token", (await Served.SendAsync(_served.Stranger(), request)).Problem(HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_token_is_exchanged_for_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        using HttpClient stranger = _served.Stranger();
        using HttpResponseMessage wrong = await stranger.GetAsync("/start?token=0123456789abcdef");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.False(wrong.Headers.Contains("Set-Cookie"));

        using HttpResponseMessage right = await stranger.GetAsync($"/start?token={_served.Server.Token}");
        Assert.Equal((HttpStatusCode.Redirect, "/"), (right.StatusCode, right.Headers.Location!.OriginalString));
        string cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(_served.Server.Token, cookie, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await WithCookieAsync(HttpMethod.Get, "/api/v1/status")).Status);
    }

    [Fact]
    public async Task A_change_by_cookie_needs_the_antiforgery_value_and_one_by_token_does_not()
    {
        string csrf = (string)(await WithCookieAsync(HttpMethod.Get, "/api/v1/session")).Ok()["csrf"]!;
        foreach ((HttpMethod method, string path) in new[]
        {
            (HttpMethod.Post, "/api/v1/session"), (HttpMethod.Post, "/api/v1/labels"), (HttpMethod.Post, "/api/v1/undo"), (HttpMethod.Post, "/api/v1/classes"),
            (HttpMethod.Patch, "/api/v1/classes/0"), (HttpMethod.Post, "/api/v1/import"), (HttpMethod.Post, "/api/v1/images/0/label"), (HttpMethod.Post, "/api/v1/release"), (HttpMethod.Delete, "/api/v1/labels"),
        })
        {
            (await WithCookieAsync(method, path)).Problem(HttpStatusCode.Forbidden);
            (await WithCookieAsync(method, path, _served.Server.Token)).Problem(HttpStatusCode.Forbidden);
        }

        Assert.Equal("grace", (string)(await WithCookieAsync(HttpMethod.Post, "/api/v1/session", csrf)).Ok()["labeller"]!);
        Assert.Equal("grace", (string)(await _served.PostAsync("/api/v1/session", Grace)).Ok()["labeller"]!);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:80")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    public async Task Under_the_name_of_a_stranger_nothing_is_said_even_to_who_knows_the_token(string host)
    {
        foreach (string path in (string[])["/api/v1/status", $"/start?token={_served.Server.Token}", "/health/live"])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            request.Headers.Host = host;
            Assert.Contains(host.Split(':')[0], (await Served.SendAsync(_served.Client, request)).Problem(HttpStatusCode.MisdirectedRequest), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pages_of_other_origins_are_refused()
    {
        foreach (string origin in (string[])["http://evil.example", "null", "http://127.0.0.1:1", _served.Server.Address + ".evil.example", _served.Server.Address.Replace("http", "https", StringComparison.Ordinal)])
        {
            (await FromAsync(origin)).Problem(HttpStatusCode.Forbidden);
        }

        Assert.Equal(HttpStatusCode.OK, (await FromAsync(_served.Server.Address)).Status);
    }

    [Fact]
    public void Other_machines_need_a_token_that_somebody_chose_and_a_short_one_is_none()
    {
        LabelServerOptions options = new("nowhere");
        options.Validate();
        (options with { Address = IPAddress.Any, Token = "0123456789abcdef" }).Validate();
        foreach (IPAddress address in (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any, IPAddress.Parse("192.168.1.7")])
        {
            Assert.Contains("no token is set", Refusal(options with { Address = address }), StringComparison.Ordinal);
        }

        Assert.Contains("15 characters; wanted at least 16", Refusal(options with { Token = "0123456789abcde" }), StringComparison.Ordinal);
        Assert.Contains("65536", Refusal(options with { Port = 65_536 }), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void The_token_of_a_project_stays_and_is_its_owners_alone()
    {
        string file = Path.Combine(RunFolder.At(_served.Tiny.Root).Labelling.Root, "token");
        Assert.Equal(_served.Server.Token, File.ReadAllText(file));
        Assert.Equal(_served.Server.Token, Access.TokenOf(new LabelServerOptions(_served.Tiny.Root)));
        Assert.True(_served.Server.Token.Length >= 32);
        Skip.If(OperatingSystem.IsWindows(), "file modes are a matter of POSIX systems");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Theory]
    [InlineData("/images/../../../../../../etc/passwd")]
    [InlineData("/images/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/images/..%5c..%5cetc%5cpasswd")]
    [InlineData("/images//etc/passwd")]
    [InlineData("/images/000.ppm")]
    [InlineData("/images/-1")]
    [InlineData("/images/60")]
    [InlineData("/images/99999999999999999999")]
    [InlineData("/images/1e1")]
    [InlineData("/page/../../../../../../etc/passwd")]
    [InlineData("/page/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/page/..%2fLabelServer.cs")]
    [InlineData("/page/%00")]
    public async Task Paths_of_clients_lead_nowhere(string path)
    {
        string answer = await _served.RawAsync($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {_served.Server.Token}\r\n\r\n");
        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_have_limits()
    {
        const int Million = 1_000_000;
        string answer = await _served.RawAsync(Head("/api/v1/labels", 2 * Million, "application/json") + "{}");
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413 ", await _served.RawAsync(Head("/api/v1/import", 600L * Million, "application/octet-stream") + "x"), StringComparison.Ordinal);

        JsonObject body = new() { ["lease"] = new string('x', Million / 2), ["action"] = "bad" };
        (await _served.PostAsync("/api/v1/labels", body)).Problem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_keep_the_page_its_own()
    {
        foreach ((HttpMethod method, string path, HttpStatusCode wanted) in new[]
        {
            (HttpMethod.Get, "/", HttpStatusCode.OK), (HttpMethod.Get, "/api/v1/status", HttpStatusCode.OK), (HttpMethod.Get, "/images/0", HttpStatusCode.OK), (HttpMethod.Get, "/health/live", HttpStatusCode.OK),
            (HttpMethod.Get, "/nowhere", HttpStatusCode.NotFound), (HttpMethod.Get, "/images/9999", HttpStatusCode.NotFound), (HttpMethod.Post, "/api/v1/labels", HttpStatusCode.BadRequest), (HttpMethod.Put, "/api/v1/labels", HttpStatusCode.MethodNotAllowed),
        })
        {
            using HttpRequestMessage request = new(method, path);
            using HttpResponseMessage response = await _served.Client.SendAsync(request);
            Assert.Equal(wanted, response.StatusCode);
            string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Resource-Policy")));
            Assert.Equal(path.StartsWith("/images", StringComparison.Ordinal) && response.IsSuccessStatusCode, response.Headers.CacheControl!.Private);
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task The_page_has_no_script_or_style_of_its_own_inside()
    {
        string page = (await _served.GetAsync("/")).Text;
        Assert.DoesNotMatch("<script(?![^>]*\\bsrc=)|<style|\\son[a-z]+=|\\sstyle=|https?://(?!www\\.w3\\.org)", page);
    }

    private static JsonObject Grace => new() { ["labeller"] = "grace" };

    private string CookieName => $"ainas_{new Uri(_served.Server.Address).Port}";

    private static string Refusal(LabelServerOptions options) => Assert.Throws<ConfigurationException>(options.Validate).Message;

    private string Head(string path, long length, string type)
        => $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {_served.Server.Token}\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n\r\n";

    private async Task<Reply> FromAsync(string origin)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/status");
        request.Headers.TryAddWithoutValidation("Origin", origin);
        return await Served.SendAsync(_served.Client, request);
    }

    private async Task<Reply> WithCookieAsync(HttpMethod method, string path, string? csrf = null)
    {
        using HttpClient stranger = _served.Stranger();
        using HttpResponseMessage start = await stranger.GetAsync($"/start?token={_served.Server.Token}");
        using HttpRequestMessage request = new(method, path);
        request.Headers.Add("Cookie", start.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        if (method == HttpMethod.Post)
        {
            request.Content = System.Net.Http.Json.JsonContent.Create(Grace);
        }

        if (csrf is not null)
        {
            request.Headers.Add(Access.AntiforgeryHeader, csrf);
        }

        return await Served.SendAsync(stranger, request);
    }
}
