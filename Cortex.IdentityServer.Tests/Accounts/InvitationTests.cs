using System.Net;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>An account that an administrator created: its owner chooses the first password through a link in an email.</summary>
/// <remarks>Administrators start a reset instead of choosing a password (OWASP ASVS 6.4.6), and the link expires.</remarks>
public sealed class InvitationTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task The_link_sets_the_first_password_and_verifies_the_email()
    {
        var (user, token) = await app.InviteAsync();

        await (await app.ResetAsync(token)).ShouldBeAsync(HttpStatusCode.NoContent);

        var tokens = await app.LogInAsync(user with { Password = EmailSteps.NewPassword });
        var me = await (await app.WithToken(tokens.AccessToken).FetchAsync("/api/v1/auth/me")).JsonAsync(HttpStatusCode.OK);
        Assert.True(me.GetProperty("is_verified").GetBoolean());
        await (await app.ResetAsync(token, "another password again")).ShouldBeProblemAsync(400, "invalid_reset_token");
    }

    /// <remarks>A new account has no default password that an attacker could guess (OWASP ASVS 6.3.2).</remarks>
    [Theory]
    [InlineData("!")]
    [InlineData(" ")]
    [InlineData(TestUser.DefaultPassword)]
    public async Task No_password_works_before_the_first_one_is_set(string password)
    {
        var (user, _) = await app.InviteAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, password));
    }

    [Theory]
    [InlineData(-1, HttpStatusCode.NoContent)]
    [InlineData(0, HttpStatusCode.BadRequest)]
    public async Task The_link_is_valid_for_three_days(int seconds, HttpStatusCode expected)
    {
        var (_, token) = await app.InviteAsync();

        app.Clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromSeconds(seconds));

        await (await app.ResetAsync(token)).ShouldBeAsync(expected);
    }

    [Fact]
    public async Task A_newer_invitation_and_a_reset_invalidate_it()
    {
        var (user, first) = await app.InviteAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.InviteAsync(user.Email, _ => Task.CompletedTask);
        var second = await app.NewestTokenAsync(user.Email, "invitation");

        await (await app.ResetAsync(first)).ShouldBeProblemAsync(400, "invalid_reset_token");
        await (await app.ResetAsync(await app.ResetTokenAsync(user.Email))).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.ResetAsync(second)).ShouldBeProblemAsync(400, "invalid_reset_token");
    }

    /// <remarks>The token isn't stored even while the email is queued, so a dump of the database doesn't contain it.</remarks>
    [Fact]
    public async Task The_outbox_contains_no_token()
    {
        var email = app.NewEmail();
        await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, '!')", email);
        var queued = "";

        await app.InviteAsync(email, async services => queued = string.Join(
            '\n',
            await services.GetRequiredService<CortexDbContext>().Database.SqlQuery<string>(
                $"""SELECT outbox_mails::text AS "Value" FROM outbox_mails UNION ALL SELECT one_time_tokens::text FROM one_time_tokens""").ToListAsync(
                    TestContext.Current.CancellationToken)));

        var token = await app.NewestTokenAsync(email, "invitation");
        Assert.Contains(email, queued, StringComparison.Ordinal);
        Assert.StartsWith(TokenPurpose.Invitation.Prefix, token, StringComparison.Ordinal);
        Assert.DoesNotContain(token[4..], queued, StringComparison.Ordinal);
        Assert.DoesNotContain(token[^40..], queued, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_behind_the_link_sets_the_password()
    {
        var (user, token) = await app.InviteAsync();
        await (await app.Anonymous().FetchAsync("/invitation?token=" + token)).ShouldBeAsync(HttpStatusCode.OK);

        await (await app.Anonymous().PostFormAsync("/invitation", ("token", token), ("new_password", EmailSteps.NewPassword)))
            .ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, EmailSteps.NewPassword));
    }
}
