using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <summary>A one-time token works once, even if several requests present it to two replicas at the same moment.</summary>
public sealed class ParallelEmailedTokenTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Fact]
    public async Task Of_sixteen_resets_with_one_link_one_succeeds_and_sets_the_password()
    {
        var user = await app.RegisterAsync();
        var token = await app.ResetTokenAsync(user.Email);
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        HttpClient[] replicas = [app.Anonymous(), second];

        var answers = await Concurrently.StatusesAsync(
            16, index => replicas[index % 2].PostAsync(Auth + "reset-password", new { token, new_password = Password(index) }));

        var winner = Array.IndexOf(answers, HttpStatusCode.NoContent);
        Assert.All(answers.Where((_, index) => index != winner), status => Assert.Equal(HttpStatusCode.BadRequest, status));
        Assert.Equal(HttpStatusCode.OK, await app.TryLogInAsync(user.Email, Password(winner)));
        foreach (var password in new[] { user.Password, Password((winner + 1) % 16), Password((winner + 7) % 16) })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await app.TryLogInAsync(user.Email, password));
        }

        Assert.Equal(1L, await EventsAsync(user.Id, "password.reset"));
        await app.WaitForEmailsAsync();
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "password_changed"));
    }

    [Fact]
    public async Task Of_sixteen_verifications_with_one_link_one_succeeds()
    {
        var user = await app.RegisterAsync();
        var token = await app.VerificationTokenAsync(user.Email);

        var answers = await Concurrently.StatusesAsync(16, _ => app.VerifyEmailAsync(token));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.BadRequest));
        Assert.Equal(1L, await EventsAsync(user.Id, "email.verified"));
    }

    [Fact]
    public async Task Of_sixteen_confirmations_of_one_new_email_one_succeeds()
    {
        var (user, _, http) = await app.SignUpAsync();
        var newEmail = app.NewEmail();
        var token = await app.EmailChangeTokenAsync(http, newEmail);

        var answers = await Concurrently.StatusesAsync(16, _ => app.ConfirmEmailAsync(token));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.BadRequest));
        Assert.Equal(newEmail, await app.SqlAsync("SELECT email FROM users WHERE id = $1", user.Id));
        await app.WaitForEmailsAsync();
        Assert.Single(await app.Mailbox.ForAsync(user.Email, "email_changed"));
    }

    [Fact]
    public async Task When_several_accounts_change_to_one_address_concurrently_one_gets_it()
    {
        var newEmail = app.NewEmail();
        var tokens = new List<string>();
        for (var account = 0; account < 4; account++)
        {
            var (_, _, http) = await app.SignUpAsync();
            tokens.Add(await app.EmailChangeTokenAsync(http, account % 2 == 0 ? newEmail : newEmail.ToUpperInvariant()));
        }

        Assert.Distinct(tokens);
        var answers = await Concurrently.StatusesAsync(4, index => app.ConfirmEmailAsync(tokens[index]));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.NoContent));
        Assert.Equal(3, answers.Count(status => status == HttpStatusCode.Conflict));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE lower(email) = lower($1)", newEmail));
    }

    /// <remarks>Whatever the order, the account has only one valid link (OWASP Forgot Password Cheat Sheet).</remarks>
    [Fact]
    public async Task Sixteen_requests_for_a_link_leave_one_valid_link()
    {
        var (user, _, http) = await app.SignUpAsync();
        using var second = app.StartReplica(out var replica);
        using var _ = replica;
        HttpClient[] replicas = [app.Anonymous(), second];

        await Concurrently.StatusesAsync(16, index => replicas[index % 2].PostAsync(Auth + "forgot-password", new { email = user.Email }));
        await Concurrently.StatusesAsync(5, _ => http.PostAsync(Auth + "change-email", new { new_email = app.NewEmail(), password = user.Password }));
        await app.WaitForEmailsAsync();

        foreach (var purpose in new[] { "reset_password", "change_email" })
        {
            Assert.Equal(
                1L, await app.SqlAsync("SELECT count(*) FROM one_time_tokens WHERE user_id = $1 AND purpose = $2 AND voided_at IS NULL", user.Id, purpose));
            Assert.Equal(5L, await app.SqlAsync("SELECT count(*) FROM one_time_tokens WHERE user_id = $1 AND purpose = $2", user.Id, purpose));
        }
    }

    private static string Password(int index) => $"password number {index} of sixteen";

    private async Task<long> EventsAsync(Guid userId, string action) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE user_id = $1 AND action = $2", userId, action))!;
}
