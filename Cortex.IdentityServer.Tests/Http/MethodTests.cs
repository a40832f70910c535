using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>Paths and methods that don't exist (OWASP ASVS 4.1.4).</summary>
public sealed class MethodTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("/api")]
    [InlineData("/api/v1/auth")]
    [InlineData("/api/v1/auth/nothing")]
    [InlineData("/api/v2/auth/me")]
    [InlineData("/.env")]
    [InlineData("/api/v1/auth/sessions/../../../../etc/passwd")]
    [InlineData("/api/v1/auth/%2e%2e/me")]
    public async Task An_unknown_path_is_404(string path) =>
        await (await SendAsync(HttpMethod.Get, path)).ShouldBeProblemAsync(404, "not_found");

    [Fact]
    public async Task An_id_that_is_not_a_UUID_is_404()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.DeleteAsync("/api/v1/auth/sessions/1", TestContext.Current.CancellationToken)).ShouldBeProblemAsync(404, "not_found");
        await (await http.DeleteAsync("/api/v1/auth/api-keys/'%20OR%201=1--", TestContext.Current.CancellationToken)).ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("GET", "/api/v1/auth/login", "POST")]
    [InlineData("PUT", "/api/v1/auth/register", "POST")]
    [InlineData("DELETE", "/api/v1/auth/me/password", "PATCH")]
    [InlineData("GET", "/api/v1/auth/logout", "POST")]
    [InlineData("POST", "/health", "GET, HEAD")]
    [InlineData("TRACE", "/api/v1/auth/login", "POST")]
    [InlineData("OPTIONS", "/api/v1/auth/login", "POST")]
    [InlineData("BREW", "/api/v1/auth/login", "POST")]
    public async Task An_unsupported_method_is_405_with_the_supported_ones_in_Allow(string method, string path, string allowed)
    {
        var answer = await SendAsync(new HttpMethod(method), path);

        await answer.ShouldBeProblemAsync(405, "method_not_allowed");
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task HEAD_has_no_body()
    {
        var answer = await SendAsync(HttpMethod.Head, "/api/v1/auth/login");

        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TRACE_echoes_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Trace, "/health");
        request.Headers.Add("X-API-Key", "ctx_secret");

        var answer = await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        await answer.ShouldBeProblemAsync(405, "method_not_allowed");
        Assert.DoesNotContain("ctx_secret", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        return await app.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);
    }
}
