using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.GuessedApp;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>Guessing can't lock the owner out: an address from which an account logged in lately has a count of its own (OWASP ASVS 6.1.1).</summary>
public sealed class KnownAddressTests(GuessedApp app) : IClassFixture<GuessedApp>
{
    private const string Home = "198.51.100.1";

    [Fact]
    public async Task The_owner_logs_in_at_a_known_address_while_strangers_are_locked_out()
    {
        var user = await AtHomeAsync();
        await app.FailAsync(user.Email, 10);

        await ShouldWaitAsync(await app.TryAsync(user.Email, user.Password), 900);
        await ShouldWaitAsync(await app.TryAsync(user.Email, user.Password, "198.51.100.2"), 900);
        await (await app.TryAsync(user.Email, user.Password, Home)).ShouldBeAsync(HttpStatusCode.OK);

        // The owner's success is no pardon for the strangers.
        await ShouldWaitAsync(await app.TryAsync(user.Email, user.Password), 900);
    }

    [Fact]
    public async Task A_known_address_has_waits_and_locks_of_its_own()
    {
        var user = await AtHomeAsync();
        await app.FailAsync(user.Email, 10, Home);

        await ShouldWaitAsync(await app.TryAsync(user.Email, user.Password, Home), 900);
        await (await app.TryAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_is_known_to_the_account_that_used_it_only()
    {
        await AtHomeAsync();
        var other = await app.RegisterAsync();
        await app.FailAsync(other.Email, 10);

        await ShouldWaitAsync(await app.TryAsync(other.Email, other.Password, Home), 900);
    }

    [Fact]
    public async Task After_thirty_days_an_address_is_strange_again()
    {
        var user = await AtHomeAsync();
        app.Clock.Advance(TimeSpan.FromDays(30));
        await app.FailAsync(user.Email, 10);

        await ShouldWaitAsync(await app.TryAsync(user.Email, user.Password, Home), 900);
    }

    [Fact]
    public async Task A_password_without_its_second_factor_makes_no_address_known()
    {
        var user = await app.WithTwoFactorAsync();
        await (await app.TryAsync(user.User.Email, user.User.Password, Home)).ShouldBeProblemAsync(401, "two_factor_required");
        await app.FailAsync(user.User.Email, 10);

        await ShouldWaitAsync(await app.TryAsync(user.User.Email, user.User.Password, Home), 900);
    }

    private async Task<TestUser> AtHomeAsync()
    {
        var user = await app.RegisterAsync();
        await (await app.TryAsync(user.Email, user.Password, Home)).ShouldBeAsync(HttpStatusCode.OK);
        return user;
    }
}
