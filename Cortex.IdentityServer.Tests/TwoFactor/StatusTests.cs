using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.TwoFactor;

/// <summary>The caller sees whether two-factor authentication is on, and how many recovery codes are left.</summary>
public sealed class StatusTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/2fa";

    [Fact]
    public async Task Without_a_second_factor_it_is_off()
    {
        var (_, _, http) = await app.SignUpAsync();

        Assert.Equal((false, 0), await StatusAsync(http));

        await (await http.PostNothingAsync(Route + "/enable")).JsonAsync(HttpStatusCode.OK);
        Assert.Equal((false, 0), await StatusAsync(http));
    }

    [Fact]
    public async Task Used_codes_are_no_longer_counted_and_new_ones_are()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var events = await EventsAsync(user.User.Id);
        Assert.Equal((true, 10), await StatusAsync(user.Http));
        Assert.Equal(events, await EventsAsync(user.User.Id));

        await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), user.RecoveryCodes[0])).JsonAsync(HttpStatusCode.OK);
        Assert.Equal((true, 9), await StatusAsync(user.Http));

        app.NextStep();
        await (await user.Http.PostAsync(Route + "/recovery-codes", new { code = app.Code(user.Secret) })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal((true, 10), await StatusAsync(user.Http));

        app.NextStep();
        await (await user.Http.PostAsync(Route + "/disable", new { password = user.User.Password, code = app.Code(user.Secret) }))
            .ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((false, 0), await StatusAsync(user.Http));
    }

    /// <remarks>The Python server had no recovery codes, and other programs may store NULL.</remarks>
    [Fact]
    public async Task Accounts_of_other_programs_have_no_codes()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true, two_factor_secret = 'JBSWY3DPEHPK3PXP' WHERE id = $1", user.Id);
        Assert.Equal((true, 0), await StatusAsync(http));

        await app.SqlAsync("UPDATE users SET two_factor_enabled = NULL WHERE id = $1", user.Id);
        Assert.Equal((false, 0), await StatusAsync(http));
    }

    private static async Task<(bool Enabled, int Left)> StatusAsync(HttpClient http)
    {
        var response = await http.FetchAsync(Route);
        var status = await response.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(["enabled", "recovery_codes_left"], status.EnumerateObject().Select(field => field.Name));
        Assert.True(response.Headers.CacheControl?.NoStore);
        return (status.GetProperty("enabled").GetBoolean(), status.GetProperty("recovery_codes_left").GetInt32());
    }

    private async Task<object?> EventsAsync(Guid userId) => await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1", userId);
}
