using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>Queues emails in the outbox and waits for their delivery.</summary>
internal static class OutboxSteps
{
    /// <summary>The timeout for anything that normally happens immediately, but may take longer on a busy machine.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The maximum duration of requests that don't wait for a stalled mail server. On a busy machine, a second isn't enough for a hash.
    /// </summary>
    public static readonly TimeSpan PromptLimit = TimeSpan.FromSeconds(5);

    /// <summary>Queues a notice in the outbox, as another replica would.</summary>
    public static async Task EnqueueAsync(this CortexApp app, string recipient, string kind = MailKind.PasswordChanged, string details = "{}")
    {
        await app.SqlAsync(
            """
            INSERT INTO outbox_mails (id, kind, user_id, recipient, details, created_at, due_at, expires_at)
            VALUES (gen_random_uuid(), $1, gen_random_uuid(), $2, $3::jsonb, $4, $4, $4 + interval '3 days')
            """,
            kind, recipient, details, app.Clock.GetUtcNow());
        app.WakeSender();
    }

    /// <summary>Makes the sender check the outbox immediately instead of within a second.</summary>
    public static void WakeSender(this CortexApp app) => app.Services.GetRequiredService<MailSignal>().Wake();

    public static async Task<long> CountQueuedAsync(this CortexApp app) => (long)(await app.SqlAsync("SELECT count(*) FROM outbox_mails"))!;

    /// <summary>Waits for a condition without advancing the clock.</summary>
    public static Task UntilAsync(string description, Func<bool> condition) => Poll.UntilAsync(Timeout, description, () => Task.FromResult(condition()));

    /// <summary>Waits for a condition and advances the clock by a second before each check.</summary>
    public static Task AdvanceUntilAsync(this CortexApp app, string description, Func<bool> condition, TimeSpan? timeout = null) =>
        app.AdvanceUntilAsync(description, () => Task.FromResult(condition()), timeout);

    public static Task AdvanceUntilAsync(
        this CortexApp app, string description, Func<Task<bool>> condition, TimeSpan? timeout = null) =>
        Poll.UntilAsync(timeout ?? Timeout, description, async () =>
    {
        if (!await condition())
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            app.WakeSender();
            await Task.Delay(15, TestContext.Current.CancellationToken);
        }

        return await condition();
    });

    /// <summary>Checks that the outbox becomes empty and that no email was delivered twice.</summary>
    public static async Task AssertDeliveredOnceAsync(this CortexApp app, SmtpListener smtp)
    {
        await Poll.UntilAsync(Timeout, "an empty outbox", async () => await app.CountQueuedAsync() == 0);
        Assert.All(smtp.Received.CountBy(mail => mail.Message.MessageId!), mail => Assert.Equal(1, mail.Value));
    }
}
