using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.ClientAddressApp;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>
/// Ten failures within fifteen minutes lock an account's logins for fifteen minutes, and not longer, because anyone can cause a lockout (OWASP ASVS 6.1.1).
/// </summary>
public sealed class LoginLockoutTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    [Fact]
    public async Task Ten_failures_lock_logins_for_fifteen_minutes()
    {
        var user = await app.RegisterAsync();
        await app.FailLoginsAsync(user.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
        app.Clock.Advance(TimeSpan.FromSeconds(899));
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password, "198.51.100.9"), 1);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task After_a_lockout_a_failure_is_throttled_for_a_minute_and_does_not_lock_again()
    {
        var email = app.NewEmail();
        await app.FailLoginsAsync(email, 10);
        app.Clock.Advance(TimeSpan.FromMinutes(15));

        await (await app.PostLoginAsync(email, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");

        await ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), 60);
    }

    [Fact]
    public async Task Another_account_can_log_in_from_the_same_address()
    {
        var (locked, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        await app.FailLoginsAsync(locked.Email, 10);

        await (await app.PostLoginAsync(other.Email, other.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Existing_sessions_keep_working()
    {
        var (user, tokens, http) = await app.SignUpAsync();
        await app.FailLoginsAsync(user.Email, 10);

        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>A user who proves their identity in another way ends the lockout for all addresses.</remarks>
    [Fact]
    public async Task A_password_change_ends_the_lockout()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.FailLoginsAsync(user.Email, 10);

        await (await http.PatchAsync("/api/v1/auth/me/password", new { current_password = user.Password, new_password = "another battery staple" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.PostLoginAsync(user.Email, "another battery staple")).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Logs are read by more people than the database (OWASP ASVS 16.2.5).</remarks>
    [Fact]
    public async Task A_lockout_is_logged_once_and_without_the_email()
    {
        var user = await app.RegisterAsync();
        await app.FailLoginsAsync(user.Email, 10);
        for (var i = 0; i < 5; i++)
        {
            await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
        }

        var line = Assert.Single(app.Log.Split('\n'), line => line.Contains($"Logins of user {user.Id} are locked", StringComparison.Ordinal));
        Assert.StartsWith("Warning: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(user.Email, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_attempts_are_deleted()
    {
        await app.FailLoginsAsync(app.NewEmail(), 1);
        await app.FailLoginsAsync(app.NewEmail(), 10);
        app.Clock.Advance(TimeSpan.FromDays(31));
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "the deletion of expired rows",
            async () => await app.SqlAsync("SELECT count(*) FROM login_attempts WHERE in_a_row < 10") is 0L);

        // Rows with ten or more consecutive failures are kept for a year.
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM login_attempts WHERE in_a_row < 10"));
        Assert.NotEqual(0L, await app.SqlAsync("SELECT count(*) FROM login_attempts"));
        app.Clock.Advance(TimeSpan.FromDays(336));
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "the deletion of expired rows", async () => await app.SqlAsync("SELECT count(*) FROM login_attempts") is 0L);

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM login_attempts"));
    }
}
