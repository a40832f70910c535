using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.ClientAddressApp;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>Guessing can't lock the owner out: an address from which an account logged in lately has a count of its own (OWASP ASVS 6.1.1).</summary>
public sealed class KnownAddressTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    private const string KnownAddress = "198.51.100.1";

    [Fact]
    public async Task The_owner_logs_in_at_a_known_address_while_strangers_are_locked_out()
    {
        var user = await LogInFromKnownAddressAsync();
        await app.FailLoginsAsync(user.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password, "198.51.100.2"), 900);
        await (await app.PostLoginAsync(user.Email, user.Password, KnownAddress)).ShouldBeAsync(HttpStatusCode.OK);

        // The owner's success is no pardon for the strangers.
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
    }

    [Fact]
    public async Task A_known_address_has_waits_and_locks_of_its_own()
    {
        var user = await LogInFromKnownAddressAsync();
        await app.FailLoginsAsync(user.Email, 10, KnownAddress);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password, KnownAddress), 900);
        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_is_known_to_the_account_that_used_it_only()
    {
        await LogInFromKnownAddressAsync();
        var other = await app.RegisterAsync();
        await app.FailLoginsAsync(other.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(other.Email, other.Password, KnownAddress), 900);
    }

    [Fact]
    public async Task After_thirty_days_an_address_is_strange_again()
    {
        var user = await LogInFromKnownAddressAsync();
        app.Clock.Advance(TimeSpan.FromDays(30));
        await app.FailLoginsAsync(user.Email, 10);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password, KnownAddress), 900);
    }

    [Fact]
    public async Task A_password_without_its_second_factor_makes_no_address_known()
    {
        var user = await app.WithTwoFactorAsync();
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
