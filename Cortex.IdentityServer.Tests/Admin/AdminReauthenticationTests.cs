using System.Net;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin;

/// <summary>Actions that grant or remove something require a recent authentication of the staff member. Harmless help doesn't.</summary>
public sealed class AdminReauthenticationTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("POST", "", """{"email": "made@example.com"}""")]
    [InlineData("POST", "/import", "")]
    [InlineData("PATCH", "/{id}", """{"roles": ["admin"]}""")]
    [InlineData("PATCH", "/{id}", """{"subscription_tier": "enterprise"}""")]
    [InlineData("PATCH", "/{id}", """{"is_active": false}""")]
    [InlineData("POST", "/{id}/reset-2fa", "{}")]
    [InlineData("DELETE", "/{id}/api-keys/{key}", null)]
    [InlineData("DELETE", "/{id}", null)]
    public async Task Changing_an_account_requires_reauthentication_when_the_last_authentication_is_too_old(string method, string path, string? body)
    {
        var admin = await app.SignUpStaffAsync();
        var target = await app.SignUpWithTwoFactorAsync();
        var (key, _) = await CortexApp.GenerateKeyAsync(target.Http);
        path = path.Replace("{id}", $"{target.User.Id}", StringComparison.Ordinal).Replace("{key}", $"{key}", StringComparison.Ordinal);
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await SendAsync(admin.Http, method, path, body)).ShouldBeProblemAsync(401, "reauthentication_required");
        Assert.Equal(
            1L,
            await app.SqlAsync("SELECT count(*) FROM users WHERE id = $1 AND is_active AND two_factor_enabled AND subscription_tier = 'free'", target.User.Id));
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM user_roles WHERE user_id = $1", target.User.Id));

        await (await admin.Http.PostAsync("/api/v1/auth/reauthenticate", new { password = admin.User.Password, two_factor_code = app.Code(admin.Secret) }))
            .ShouldBeAsync(HttpStatusCode.NoContent);
        var answer = await SendAsync(admin.Http, method, path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.TextAsync());
    }

    [Theory]
    [InlineData("unlock", HttpStatusCode.NoContent)]
    [InlineData("revoke-sessions", HttpStatusCode.NoContent)]
    [InlineData("send-password-reset", HttpStatusCode.Accepted)]
    public async Task Help_that_removes_nothing_requires_no_reauthentication(string help, HttpStatusCode expected)
    {
        var support = await app.SignUpStaffAsync("support");
        var target = await app.RegisterAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await support.Http.HelpAsync(target.Id, help)).ShouldBeAsync(expected);
        await (await support.Http.FetchAsync(StaffSteps.PathOf(target.Id))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A caller without a role gets the same refusal, however old the authentication is.</remarks>
    [Fact]
    public async Task Callers_without_a_role_are_refused_before_reauthentication_is_requested()
    {
        var (_, _, user) = await app.SignUpAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await user.DeleteUserAsync(Guid.NewGuid())).ShouldBeProblemAsync(403, "forbidden");
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path, string? body) => http.SendAsync(
        new(new(method), Administrators.Users + path)
        {
            Content = body is null
                ? null
                : new StringContent(body, null, path.EndsWith("/import", StringComparison.Ordinal) ? "application/x-ndjson" : "application/json"),
        },
        TestContext.Current.CancellationToken);
}
