using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.ClientAddressApp;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>
/// Guessing can't lock out the owner: an address from which the account recently logged in has its own count of failures (OWASP ASVS 6.1.1).
/// </summary>
public sealed class KnownAddressTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    private const string KnownAddress = "198.51.100.1";

    [Fact]
    public async Task The_owner_can_log_in_from_a_known_address_while_strangers_are_locked_out()
    {
        var user = await LogInFromKnownAddressAsync();
        await app.FailLoginsAsync(user.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password, "198.51.100.2"), 900);
        await (await app.PostLoginAsync(user.Email, user.Password, KnownAddress)).ShouldBeAsync(HttpStatusCode.OK);

        // The owner's login doesn't unlock the account for strangers.
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
    }

    [Fact]
    public async Task A_known_address_has_its_own_throttle_and_lockout()
    {
        var user = await LogInFromKnownAddressAsync();
        await app.FailLoginsAsync(user.Email, 10, KnownAddress);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password, KnownAddress), 900);
        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_is_known_only_for_the_account_that_used_it()
    {
        await LogInFromKnownAddressAsync();
        var other = await app.RegisterAsync();
        await app.FailLoginsAsync(other.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(other.Email, other.Password, KnownAddress), 900);
    }

    [Fact]
    public async Task After_thirty_days_an_address_is_unknown_again()
    {
        var user = await LogInFromKnownAddressAsync();
        app.Clock.Advance(TimeSpan.FromDays(30));
        await app.FailLoginsAsync(user.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password, KnownAddress), 900);
    }

    [Fact]
    public async Task A_password_without_the_second_factor_does_not_make_an_address_known()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await (await app.PostLoginAsync(user.User.Email, user.User.Password, KnownAddress)).ShouldBeProblemAsync(401, "two_factor_required");
        await app.FailLoginsAsync(user.User.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.User.Email, user.User.Password, KnownAddress), 900);
    }

    private async Task<TestUser> LogInFromKnownAddressAsync()
    {
        var user = await app.RegisterAsync();
        await (await app.PostLoginAsync(user.Email, user.Password, KnownAddress)).ShouldBeAsync(HttpStatusCode.OK);
        return user;
    }
}
