using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Mail;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>Expired emails and tokens are deleted within the hour.</summary>
public sealed class ExpiredMailTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Expired_emails_and_tokens_are_deleted_and_others_stay()
    {
        var user = await app.RegisterAsync();
        await app.Anonymous().PostAsync("/api/v1/auth/forgot-password", new { email = user.Email });
        await app.Mailbox.WaitAsync(user.Email, "verify_email");
        await app.Mailbox.WaitAsync(user.Email, "reset_password");
        await Poll.UntilAsync(OutboxSteps.Timeout, "both are sent", async () => await app.CountQueuedAsync() == 0);
        foreach (var (recipient, lifetime) in new[] { ("soon@example.com", TimeSpan.FromMinutes(30)), ("later@example.com", TimeSpan.FromDays(3)) })
        {
            // Neither is due, because a mail server rejected them.
            await app.SqlAsync(
                "INSERT INTO outbox_mails (id, kind, recipient, created_at, due_at, expires_at) VALUES (gen_random_uuid(), 'password_changed', $1, $2, $2 + "
                    + "interval '10 days', $2 + $3)",
                recipient, app.Clock.GetUtcNow(), lifetime);
        }

        Assert.Equal(["reset_password", "verify_email"], await TokensAsync());

        // A password reset token is valid for an hour, and expired rows are deleted every hour.
        await PassAsync(TimeSpan.FromMinutes(61), "the mail goes", async () => await app.CountQueuedAsync() == 1);
        await PassAsync(TimeSpan.FromMinutes(61), "the token goes", async () => (await TokensAsync()).Length == 1);
        Assert.Equal(["verify_email"], await TokensAsync());
        Assert.Equal("later@example.com", await app.SqlAsync("SELECT recipient FROM outbox_mails"));
        Assert.Contains("Warning: 1 email(s) could not be sent before they expired", app.Log, StringComparison.Ordinal);

        await PassAsync(TimeSpan.FromHours(24), "no token is left", async () => (await TokensAsync()).Length == 0);
        Assert.Equal(1L, await app.CountQueuedAsync());
    }

    private async Task<string[]> TokensAsync() =>
        (string[])(await app.SqlAsync("SELECT coalesce(array_agg(purpose::text ORDER BY purpose), '{}') FROM one_time_tokens"))!;

    private Task<TimeSpan> PassAsync(TimeSpan time, string what, Func<Task<bool>> isSo)
    {
        app.Clock.Advance(time);
        return Poll.UntilAsync(OutboxSteps.Timeout, what, isSo);
    }
}
