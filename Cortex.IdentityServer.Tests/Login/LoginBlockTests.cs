using System.Net;
using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.ClientAddressApp;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>
/// A hundred consecutive wrong passwords from unknown addresses, however slow, block logins until a reset by email, an unlock by staff, or a login from a known
/// address (NIST SP 800-63B, 5.2.2).
/// </summary>
public sealed class LoginBlockTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    private const string KnownAddress = "198.51.100.77";

    [Fact]
    public async Task After_a_hundred_slow_guesses_no_more_are_checked_and_the_owner_gets_one_email()
    {
        var user = await app.RegisterAsync();

        await GuessPasswordsAsync(user.Email, 100);
        await app.WaitForEmailsAsync();

        for (var round = 0; round < 5; round++)
        {
            await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
            app.Clock.Advance(TimeSpan.FromDays(20));
        }

        await app.WaitForEmailsAsync();
        var mail = Assert.Single(await app.Mailbox.ForAsync(user.Email, "login_blocked"));
        Assert.Contains("100 wrong passwords", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal(1L, await app.CountEventsAsync("login.blocked", user.Id));
        Assert.Equal(100L, await app.CountEventsAsync("login.failed", user.Id));
    }

    [Fact]
    public async Task Concurrent_guesses_over_two_replicas_are_blocked_too()
    {
        var user = await app.RegisterAsync();
        await GuessPasswordsAsync(user.Email, 98);
        app.Clock.Advance(TimeSpan.FromDays(2));
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        app.From(UnknownAddress, second);

        for (var round = 0; round < 2; round++)
        {
            await Concurrently.StatusesAsync(
                16,
                index => (index % 2 == 0 ? app.From(UnknownAddress) : second)
                    .PostAsync("/api/v1/auth/login", new { email = user.Email, password = "not the password" }));
            app.Clock.Advance(TimeSpan.FromDays(2));
        }

        Assert.Equal(100L, await app.CountEventsAsync("login.failed", user.Id));
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
    }

    /// <remarks>
    /// A server that was killed didn't settle its attempt, so the next login counts it as the hundredth failure: here, sixteen concurrent ones on two replicas.
    /// </remarks>
    [Fact]
    public async Task The_owner_also_gets_one_email_if_the_hundredth_attempt_was_never_settled()
    {
        var user = await app.RegisterAsync();
        await GuessPasswordsAsync(user.Email, 99);
        await app.SqlAsync("UPDATE login_attempts SET pending = ARRAY[$1]::timestamptz[] WHERE in_a_row = 99", app.Clock.GetUtcNow());
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        app.From(UnknownAddress, second);

        var answers = await Concurrently.StatusesAsync(
            16,
            index => (index % 2 == 0 ? app.From(UnknownAddress) : second)
                .PostAsync("/api/v1/auth/login", new { email = user.Email, password = user.Password }));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.TooManyRequests, status));
        await app.WaitForEmailsAsync();
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "login_blocked"));
        Assert.Equal(1L, await app.CountEventsAsync("login.blocked", user.Id));
        Assert.Equal(99L, await app.CountEventsAsync("login.failed", user.Id));
        app.Clock.Advance(TimeSpan.FromDays(20));
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
    }

    [Fact]
    public async Task An_unknown_email_gets_the_same_responses()
    {
        var email = app.NewEmail();

        await GuessPasswordsAsync(email, 100);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), 900);
        app.Clock.Advance(TimeSpan.FromDays(300));
        await ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), 900);
        await app.WaitForEmailsAsync();
        Assert.Empty(await app.Mailbox.ForAsync(email));
    }

    [Fact]
    public async Task A_correct_password_before_the_hundredth_failure_resets_the_count()
    {
        var user = await app.RegisterAsync();
        await GuessPasswordsAsync(user.Email, 99);
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        await (await app.PostLoginAsync(user.Email, user.Password, "198.51.100.78")).ShouldBeAsync(HttpStatusCode.OK);

        await GuessPasswordsAsync(user.Email, 5);

        app.Clock.Advance(TimeSpan.FromMinutes(16));
        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_login_from_a_known_address_works_and_does_not_unblock_strangers()
    {
        var user = await app.RegisterAsync();
        await (await app.PostLoginAsync(user.Email, user.Password, KnownAddress)).ShouldBeAsync(HttpStatusCode.OK);
        await GuessPasswordsAsync(user.Email, 100);

        await (await app.PostLoginAsync(user.Email, user.Password, KnownAddress)).ShouldBeAsync(HttpStatusCode.OK);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 900);
    }

    [Fact]
    public async Task A_reset_by_email_lifts_it()
    {
        var user = await app.RegisterAsync();
        await GuessPasswordsAsync(user.Email, 100);

        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.PostLoginAsync(user.Email, EmailSteps.NewPassword)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Support_staff_can_see_it_and_an_unlock_lifts_it()
    {
        var user = await app.RegisterAsync();
        await GuessPasswordsAsync(user.Email, 100);
        var (_, support) = await app.QuickStaffAsync("support");
        Assert.True((await support.DetailsAsync(user.Id)).GetProperty("login_blocked").GetBoolean());

        await (await support.HelpAsync(user.Id, "unlock")).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.False((await support.DetailsAsync(user.Id)).GetProperty("login_blocked").GetBoolean());
        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <remarks>The codes come from a stranger who knows the password. A known address belongs to the owner.</remarks>
    [Fact]
    public async Task A_hundred_wrong_codes_block_the_second_step_for_strangers_and_the_owner_is_notified_once()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await app.SqlAsync("UPDATE users SET is_verified = true WHERE id = $1", user.User.Id);
        await GuessCodesAsync(user, 100);
        await app.WaitForEmailsAsync();
        app.Clock.Advance(TimeSpan.FromDays(3));

        for (var i = 0; i < 3; i++)
        {
            await ShouldBeThrottledAsync(await LogInWithCodeAsync(user, UnknownAddress, app.Code(user.Secret)), 900);
        }

        var home = await LogInWithCodeAsync(user, "127.0.0.1", app.Code(user.Secret));
        await home.ShouldBeAsync(HttpStatusCode.OK);
        await ShouldBeThrottledAsync(await LogInWithCodeAsync(user, UnknownAddress, app.Code(user.Secret, 1)), 900);
        await app.WaitForEmailsAsync();
        var mail = Assert.Single(await app.Mailbox.ForAsync(user.User.Email, "second_factor_blocked"));
        Assert.Contains("100 wrong codes", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal(1L, await app.CountEventsAsync("two_factor.blocked", user.User.Id));

        await (await app.ResetAsync(await app.ResetTokenAsync(user.User.Email))).ShouldBeAsync(HttpStatusCode.NoContent);
        app.NextStep();
        app.NextStep();
        await (await LogInWithCodeAsync(user with { User = user.User with { Password = EmailSteps.NewPassword } }, UnknownAddress, app.Code(user.Secret)))
            .ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unlock_also_unblocks_the_second_step()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await GuessCodesAsync(user, 100);
        var (_, support) = await app.QuickStaffAsync("support");
        Assert.True((await support.DetailsAsync(user.User.Id)).GetProperty("two_factor_blocked").GetBoolean());

        await (await support.HelpAsync(user.User.Id, "unlock")).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await LogInWithCodeAsync(user, UnknownAddress, app.Code(user.Secret))).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <summary>Sends wrong passwords so slowly that none of them is throttled.</summary>
    private async Task GuessPasswordsAsync(string email, int times)
    {
        for (var i = 0; i < times; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(16));
            await (await app.PostLoginAsync(email, "not the password")).ShouldBeProblemAsync(401, "invalid_credentials");
        }
    }

    private async Task GuessCodesAsync(TwoFactorUser user, int times)
    {
        for (var i = 0; i < times; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(16));
            await (await LogInWithCodeAsync(user, UnknownAddress, app.WrongCode(user.Secret))).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }
    }

    /// <summary>Performs both steps of a login from one address.</summary>
    private async Task<HttpResponseMessage> LogInWithCodeAsync(TwoFactorUser user, string from, string code)
    {
        var first = await app.PostLoginAsync(user.User.Email, user.User.Password, from);
        var token = (await first.ShouldBeProblemAsync(401, "two_factor_required")).GetProperty("two_factor_token").GetString()!;
        return await app.From(from).PostAsync("/api/v1/auth/login/2fa", new { two_factor_token = token, code });
    }
}
