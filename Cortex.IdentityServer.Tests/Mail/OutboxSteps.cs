using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>What tests do with the outbox, and how they wait for it.</summary>
internal static class OutboxSteps
{
    /// <summary>Mostly at once; a machine that is busy with something else takes longer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>An answer that takes longer waited for the mail server, which never answers: on a busy machine a second isn't enough for a hash.</summary>
    public static readonly TimeSpan PromptLimit = TimeSpan.FromSeconds(5);

    /// <summary>Puts a notice into the outbox, as another replica does.</summary>
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

    /// <summary>The sender looks at once, and not within the second that it takes to look by itself.</summary>
    public static void WakeSender(this CortexApp app) => app.Services.GetRequiredService<MailSignal>().Wake();

    public static async Task<long> CountQueuedAsync(this CortexApp app) => (long)(await app.SqlAsync("SELECT count(*) FROM outbox_mails"))!;

    /// <summary>For what needs no time to pass.</summary>
    public static Task UntilAsync(string what, Func<bool> isSo) => Poll.UntilAsync(Timeout, what, () => Task.FromResult(isSo()));

    /// <summary>While time passes: at each look a second.</summary>
    public static Task AdvanceUntilAsync(this CortexApp app, string what, Func<bool> isSo, TimeSpan? limit = null) =>
        app.AdvanceUntilAsync(what, () => Task.FromResult(isSo()), limit);

    public static Task AdvanceUntilAsync(
        this CortexApp app, string what, Func<Task<bool>> isSo, TimeSpan? limit = null) => Poll.UntilAsync(limit ?? Timeout, what, async () =>
    {
        if (!await isSo())
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            app.WakeSender();
            await Task.Delay(15, TestContext.Current.CancellationToken);
        }

        return await isSo();
    });

    /// <summary>Nothing is left, and no mail came twice.</summary>
    public static async Task AssertDeliveredOnceAsync(this CortexApp app, SmtpListener smtp)
    {
        await Poll.UntilAsync(Timeout, "an empty outbox", async () => await app.CountQueuedAsync() == 0);
        Assert.All(smtp.Received.CountBy(mail => mail.Message.MessageId!), mail => Assert.Equal(1, mail.Value));
    }
}
