using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Sends requests as a browser would. There is no cookie jar: each test sets the headers itself.</summary>
internal static class BrowserSteps
{
    public const string LogIn = "/api/v1/auth/login";
    public const string Refresh = "/api/v1/auth/refresh";
    public const string LogOut = "/api/v1/auth/logout";

    public const string UseCookies = "?use_cookies=true";

    /// <summary>The name of the refresh cookie over plain HTTP, outside Production.</summary>
    public const string PlainCookie = "cortex_refresh";

    public const string SecureCookie = "__Host-cortex_refresh";

    /// <summary>Sends a POST request with the given headers, and without a body if it is null.</summary>
    public static async Task<HttpResponseMessage> PostFromBrowserAsync(
        this CortexApp app, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = app.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static string LoginBody(TestUser user) => $$"""{"email":"{{user.Email}}","password":"{{user.Password}}"}""";

    /// <summary>Registers a user and logs in with a refresh cookie.</summary>
    public static async Task<(TestUser User, string AccessToken, string RefreshToken)> LogInWithCookieAsync(this CortexApp app, string name = PlainCookie)
    {
        var user = await app.RegisterAsync();
        var answer = await app.PostFromBrowserAsync(LogIn + UseCookies, LoginBody(user));
        return (user, (await answer.JsonAsync(HttpStatusCode.OK)).GetProperty("access_token").GetString()!, answer.CookieValue(name));
    }

    public static (string Name, string Value) Cookie(string token, string name = PlainCookie) => ("Cookie", $"{name}={token}");

    /// <summary>Returns the value of the only Set-Cookie header.</summary>
    public static string SetCookie(this HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues("Set-Cookie"));

    /// <summary>Returns the refresh token in the only Set-Cookie header.</summary>
    public static string CookieValue(this HttpResponseMessage answer, string name = PlainCookie)
    {
        var pair = answer.SetCookie().Split(';')[0];
        Assert.StartsWith(name + "=ctr_", pair, StringComparison.Ordinal);
        return pair[(name.Length + 1)..];
    }

    public static void ShouldClearCookie(this HttpResponseMessage answer, string name = PlainCookie)
    {
        var parts = answer.SetCookie().Split("; ");
        Assert.Equal(name + "=", parts[0]);
        Assert.Contains("expires=Thu, 01 Jan 1970 00:00:00 GMT", parts);
        Assert.Contains("path=/", parts);
        Assert.Equal(name == SecureCookie, parts.Contains("secure"));
    }

    /// <summary>Returns how often the session of a refresh token was refreshed. The session id is the first 16 bytes of the token.</summary>
    public static async Task<int> RefreshCounterAsync(this CortexApp app, string refreshToken) => (int)(await app.SqlAsync(
        "SELECT refresh_counter FROM sessions WHERE id = $1",
        new Guid(Base64Url.DecodeFromChars(refreshToken.AsSpan("ctr_".Length)).AsSpan(0, 16), bigEndian: true)))!;

    public static void ShouldNotSetCookie(this HttpResponseMessage answer) => Assert.False(answer.Headers.Contains("Set-Cookie"));
}
