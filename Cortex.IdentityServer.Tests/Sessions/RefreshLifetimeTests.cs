using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Sessions;

/// <remarks>A session ends after 30 days without use, and after 90 days in any case (OWASP ASVS 7.3.1 and 7.3.2).</remarks>
public sealed class RefreshLifetimeTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const long Day = 24 * 3600;

    [Fact]
    public async Task A_session_that_is_not_refreshed_for_thirty_days_expires()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        var late = Tokens.Of(await RefreshAsync(tokens.RefreshToken));
        app.Clock.Advance(TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1));

        await (await PostAsync(late.RefreshToken)).ShouldBeProblemAsync(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task No_session_lasts_longer_than_ninety_days_however_often_it_is_refreshed()
    {
        var (_, tokens, _) = await app.SignUpAsync();
        var token = tokens.RefreshToken;
        foreach (var left in new[] { 30, 30, 3 })
        {
            app.Clock.Advance(TimeSpan.FromDays(29));
            var answer = await RefreshAsync(token);
            Assert.InRange(answer.GetProperty("refresh_expires_in").GetInt64(), (left * Day) - 1, left * Day);
            token = Tokens.Of(answer).RefreshToken;
        }

        app.Clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(10));
        var last = Tokens.Of(await RefreshAsync(token));
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        await (await PostAsync(last.RefreshToken)).ShouldBeProblemAsync(401, "invalid_refresh_token");
        await (await app.WithToken(last.AccessToken).FetchAsync("/api/v1/auth/me")).ShouldBeProblemAsync(401, "session_revoked");
    }

    private Task<HttpResponseMessage> PostAsync(string token) => app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = token });

    private async Task<JsonElement> RefreshAsync(string token) => await (await PostAsync(token)).JsonAsync(HttpStatusCode.OK);
}
