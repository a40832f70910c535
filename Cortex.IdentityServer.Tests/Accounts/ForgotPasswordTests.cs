using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class ForgotPasswordTests(CortexApp app) : EmailRequestTests(app), IClassFixture<CortexApp>
{
    protected override string Route => "/api/v1/auth/forgot-password";

    protected override string Kind => "reset_password";

    [Fact]
    public async Task A_request_changes_nothing()
    {
        var (user, tokens, http) = await App.SignUpAsync();

        await App.ResetTokenAsync(user.Email);

        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await App.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await App.TryLogInAsync(user.Email, user.Password));
    }

    /// <remarks>An attacker with a dump of the database can't reset any password.</remarks>
    [Fact]
    public async Task The_database_and_the_log_contain_no_token()
    {
        var user = await App.RegisterAsync();

        var token = await App.ResetTokenAsync(user.Email);

        var dump = await App.DumpAsync();
        Assert.Contains(user.Email, dump, StringComparison.Ordinal);
        Assert.Equal(68, token.Length);
        foreach (var part in new[] { token, token[4..], token[^40..] })
        {
            Assert.DoesNotContain(part, dump, StringComparison.Ordinal);
            Assert.DoesNotContain(part, App.Log, StringComparison.Ordinal);
        }
    }
}
