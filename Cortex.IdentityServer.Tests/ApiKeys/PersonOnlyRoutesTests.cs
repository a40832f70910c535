using System.Net;
using System.Text;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.ApiKeys;

/// <remarks>
/// A stolen key must not gain more access than the key has: it can't create keys or change sessions, the password, or the second factor (OWASP ASVS 8.2.1).
/// </remarks>
public sealed class PersonOnlyRoutesTests(SharedUserApp app) : IClassFixture<SharedUserApp>
{
    [Theory]
    [InlineData("GET", "sessions")]
    [InlineData("DELETE", "sessions/00000000-0000-0000-0000-000000000001")]
    [InlineData("POST", "logout")]
    [InlineData("POST", "logout/all")]
    [InlineData("POST", "api-keys/generate")]
    [InlineData("GET", "api-keys")]
    [InlineData("PATCH", "api-keys/00000000-0000-0000-0000-000000000001")]
    [InlineData("POST", "api-keys/00000000-0000-0000-0000-000000000001/rotate")]
    [InlineData("DELETE", "api-keys/00000000-0000-0000-0000-000000000001")]
    [InlineData("PATCH", "me/password")]
    [InlineData("POST", "2fa/enable")]
    [InlineData("POST", "2fa/verify")]
    [InlineData("POST", "2fa/disable")]
    [InlineData("POST", "2fa/recovery-codes")]
    public async Task A_key_cannot_use_routes_for_users_only(string method, string route)
    {
        var (_, _, http) = await app.CallerAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http, "introspect", "admin");
        using var request = new HttpRequestMessage(new(method), "/api/v1/auth/" + route);
        if (method is "POST" or "PATCH")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        var answer = await app.WithKey(key).SendAsync(request, TestContext.Current.CancellationToken);

        await answer.ShouldBeProblemAsync(403, "forbidden");
        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
    }
}
