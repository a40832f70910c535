using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.ClientAddressApp;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>
/// Ten failures within fifteen minutes lock an account's logins for fifteen minutes, not longer, as strangers can cause it (OWASP ASVS 6.1.1).
/// </summary>
public sealed class LoginLockoutTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    [Fact]
    public async Task Ten_failures_lock_and_time_unlocks()
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
    public async Task After_a_lock_a_failure_waits_a_minute_and_is_no_new_lock()
    {
        var email = app.NewEmail();
        await app.FailLoginsAsync(email, 10);
        app.Clock.Advance(TimeSpan.FromMinutes(15));

        await (await app.PostLoginAsync(email, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");

        await ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), 60);
    }

    [Fact]
    public async Task Another_account_from_the_same_address_is_free()
    {
        var (locked, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        await app.FailLoginsAsync(locked.Email, 10);

        await (await app.PostLoginAsync(other.Email, other.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Open_sessions_go_on()
    {
        var (user, tokens, http) = await app.SignedInAsync();
        await app.FailLoginsAsync(user.Email, 10);

        await (await http.FetchAsync("/api/v1/auth/me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refresh_token = tokens.RefreshToken })).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Whoever proves themselves in another way lifts the lock, for all addresses.</remarks>
    [Fact]
    public async Task A_change_of_the_password_unlocks()
    {
        var (user, _, http) = await app.SignedInAsync();
        await app.FailLoginsAsync(user.Email, 10);

        await (await http.PatchAsync("/api/v1/auth/me/password", new { current_password = user.Password, new_password = "another battery staple" }))
            .ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.PostLoginAsync(user.Email, "another battery staple")).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>Logs are read by more people than the database (OWASP ASVS 16.2.5).</remarks>
    [Fact]
    public async Task A_lock_is_logged_once_and_without_the_email()
    {
        var user = await app.RegisterAsync();
        await app.FailLoginsAsync(user.Email, 10);
        for (var time = 0; time < 5; time++)
        {
            await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
        }

        var line = Assert.Single(app.Log.Split('\n'), line => line.Contains($"Logins of user {user.Id} are locked", StringComparison.Ordinal));
        Assert.StartsWith("Warning: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(user.Email, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_over_is_removed_from_the_tables()
    {
        await app.FailLoginsAsync(app.NewEmail(), 1);
        await app.FailLoginsAsync(app.NewEmail(), 10);
        app.Clock.Advance(TimeSpan.FromDays(31));
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "what is over goes", async () => await app.SqlAsync("SELECT count(*) FROM login_attempts WHERE in_a_row < 10") is 0L);

        // Ten and more in a row count for a year.
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM login_attempts WHERE in_a_row < 10"));
        Assert.NotEqual(0L, await app.SqlAsync("SELECT count(*) FROM login_attempts"));
        app.Clock.Advance(TimeSpan.FromDays(336));
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "what is over goes", async () => await app.SqlAsync("SELECT count(*) FROM login_attempts") is 0L);

        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM login_attempts"));
    }
}
