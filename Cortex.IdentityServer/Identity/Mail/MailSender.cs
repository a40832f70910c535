using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Sends the emails in the outbox, no matter which replica added them.</summary>
/// <remarks>
/// An email's row is locked while the email is sent, and deleted by the commit that follows. Other replicas skip locked rows. If a replica crashes, its
/// connection and therefore its lock end, so an email is neither lost nor sent by two replicas.
/// </remarks>
internal sealed partial class MailSender(
    NpgsqlDataSource database, ServerWatch server, IServiceScopeFactory scopes, IMailer mailer, MailSignal signal, TimeProvider clock,
    ILogger<MailSender> logger)
    : BackgroundService
{
    /// <summary>How often the sender looks for emails that it wasn't signaled about: those of other replicas, and those due for a retry.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            failures = await TrySendDueAsync(stoppingToken) ? 0 : failures + 1;

            // The poll uses real time rather than the injected clock, because no business rule depends on it.
            await (failures == 0
                ? signal.WaitAsync(PollInterval, stoppingToken)
                : Task.Delay(ExponentialDelay(TimeSpan.FromSeconds(1), failures - 1, MaxPause), clock, stoppingToken));
        }
    }

    private static TimeSpan ExponentialDelay(TimeSpan initial, int doublings, TimeSpan maximum) =>
        TimeSpan.FromSeconds(Math.Min(maximum.TotalSeconds, initial.TotalSeconds * Math.Pow(2, doublings)));

    /// <summary>Sends all emails that are due. Returns false if no email can be sent at the moment.</summary>
    private async Task<bool> TrySendDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await IsAnyDueAsync(cancellationToken))
            {
                switch (await SendNextAsync(cancellationToken))
                {
                    case MailOutcome.Unreachable or MailOutcome.Interrupted:
                        return false;
                    case null:
                        // Another replica has locked the remaining emails.
                        await mailer.CloseConnectionAsync();
                        return true;
                }
            }

            await mailer.CloseConnectionAsync();
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            server.ReportFailure(failure);

            // Usually the database is unavailable. Whatever the cause, the sender must keep running.
            Log.Failed(logger, DatabaseFailure.In(failure) is null ? failure : null, failure.GetType().Name);
            await mailer.CloseConnectionAsync();
            return false;
        }
    }

    /// <summary>Bypasses EF Core, so a server that sends no email doesn't have to load it.</summary>
    private async Task<bool> IsAnyDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM outbox_mails WHERE due_at <= $1 AND expires_at > $1)");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Sends the next email and returns its outcome, or null if no unlocked email is due.</summary>
    private async Task<MailOutcome?> SendNextAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var db = services.GetRequiredService<CortexDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        if (await db.Set<OutboxMail>().FromSql(
                $"SELECT * FROM outbox_mails WHERE due_at <= {now} AND expires_at > {now} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED")
            .AsNoTracking().SingleOrDefaultAsync(cancellationToken) is not { } mail)
        {
            return null;
        }

        MailOutcome outcome;
        try
        {
            outcome = MailKind.Request.Contains(mail.Kind)
                ? await ResolveAsync(services, mail, cancellationToken)
                : await SendAsync(services, mail, cancellationToken);
        }
        catch (Exception failure) when (DeletedAccount.Causes(failure))
        {
            // The account was deleted in the meantime, so the next poll finds no recipient.
            await transaction.RollbackAsync(CancellationToken.None);
            return MailOutcome.Sent;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && DatabaseFailure.In(failure) is null)
        {
            // A bug that affects one email must not block the others.
            Log.CompositionFailed(logger, failure, mail.Id, mail.Kind);
            await transaction.RollbackAsync(CancellationToken.None);
            await PostponeAsync(db, mail, now);
            return MailOutcome.Deferred;
        }

        switch (outcome)
        {
            case MailOutcome.Unreachable:
                return outcome;
            case MailOutcome.Deferred or MailOutcome.Interrupted:
                await PostponeAsync(db, mail, now);
                break;
            default:
                // This isn't canceled when the server shuts down, because the email has already been sent.
                await db.Set<OutboxMail>().Where(m => m.Id == mail.Id).ExecuteDeleteAsync(CancellationToken.None);
                break;
        }

        await transaction.CommitAsync(CancellationToken.None);
        return outcome;
    }

    private static Task<int> PostponeAsync(CortexDbContext db, OutboxMail mail, DateTimeOffset now)
    {
        var due = now + ExponentialDelay(TimeSpan.FromSeconds(30), mail.Refusals, MaxRetryDelay);
        return db.Set<OutboxMail>().Where(m => m.Id == mail.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, due).SetProperty(m => m.Refusals, m => m.Refusals + 1), CancellationToken.None);
    }

    private static async Task<MailOutcome> ResolveAsync(IServiceProvider services, OutboxMail request, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<IMailRequests>().ResolveAsync(request, cancellationToken);
        return MailOutcome.Sent;
    }

    private async Task<MailOutcome> SendAsync(IServiceProvider services, OutboxMail mail, CancellationToken cancellationToken)
    {
        var tokens = services.GetRequiredService<OneTimeTokens>();
        var options = services.GetRequiredService<MailOptions>();
        var text = "";
        if (mail.TokenId is { } tokenId)
        {
            var purpose = MailTexts.PurposeOf(mail.Kind);
            if (await tokens.FindAsync(tokenId, purpose.Name, cancellationToken) is null)
            {
                // A newer token replaced this one, or the account was deleted, so the link wouldn't work. The email is dropped.
                return MailOutcome.Sent;
            }

            text = tokens.TextOf(tokenId, purpose);
        }

        MimeMessage message;
        try
        {
            message = MailTexts.Of(mail, text, options).ToMessage(mail, options, clock.GetUtcNow());
        }
        catch (ParseException)
        {
            Log.InvalidAddress(logger, mail.Id, mail.UserId);
            return MailOutcome.Rejected;
        }

        // MimeKit also accepts an empty string and a name without a domain as addresses.
        if (message.To.Mailboxes.Any(to => !to.Address.Contains('@', StringComparison.Ordinal)))
        {
            message.Dispose();
            Log.InvalidAddress(logger, mail.Id, mail.UserId);
            return MailOutcome.Rejected;
        }

        using (message)
        {
            return await mailer.SendAsync(message, mail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2201, LogLevel.Warning, "Email {MailId} for user {UserId} can't be sent: the stored address isn't valid")]
        public static partial void InvalidAddress(ILogger logger, Guid mailId, Guid? userId);

        [LoggerMessage(2202, LogLevel.Error, "Email {MailId} ({Kind}) could not be composed and will be retried")]
        public static partial void CompositionFailed(ILogger logger, Exception exception, Guid mailId, string kind);

        [LoggerMessage(2203, LogLevel.Warning, "Emails could not be sent ({Failure}) and will be retried")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);
    }
}
