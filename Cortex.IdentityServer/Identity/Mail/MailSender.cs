using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Sends what is in the outbox, whichever replica put it there.</summary>
/// <remarks>
/// A mail is locked while it is sent and deleted by the commit after: another replica passes it over, and of one that dies meanwhile the lock goes
/// with its connection, so that the mail is neither lost nor sent by two.
/// </remarks>
internal sealed partial class MailSender(
    NpgsqlDataSource database, ServerWatch server, IServiceScopeFactory scopes, IMailer mailer, MailSignal signal, TimeProvider clock,
    ILogger<MailSender> logger)
    : BackgroundService
{
    /// <summary>How often mails are looked for that this server did not hear of: another replica's, or such that wait for their next try.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            failures = await TrySendDueAsync(stoppingToken) ? 0 : failures + 1;

            // Real time for the poll: it is a machine's matter and no rule's.
            await (failures == 0
                ? signal.WaitAsync(Poll, stoppingToken)
                : Task.Delay(Doubled(TimeSpan.FromSeconds(1), failures - 1, LongestPause), clock, stoppingToken));
        }
    }

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan most) =>
        TimeSpan.FromSeconds(Math.Min(most.TotalSeconds, first.TotalSeconds * Math.Pow(2, times)));

    /// <summary>Sends all that are due; false when nothing can be sent at the moment.</summary>
    private async Task<bool> TrySendDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await IsAnyDueAsync(cancellationToken))
            {
                switch (await SendNextAsync(cancellationToken))
                {
                    case MailOutcome.Unreachable or MailOutcome.BrokenOff:
                        return false;
                    case null:
                        // Another replica has them.
                        await mailer.RestAsync();
                        return true;
                }
            }

            await mailer.RestAsync();
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            server.ReportFailure(failure);

            // Mostly the database is away; whatever it is, mails have to go on.
            Log.Failed(logger, DatabaseFailure.In(failure) is null ? failure : null, failure.GetType().Name);
            await mailer.RestAsync();
            return false;
        }
    }

    /// <summary>By hand and without EF Core, which a server that sends nothing need not load.</summary>
    private async Task<bool> IsAnyDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM outbox_mails WHERE due_at <= $1 AND expires_at > $1)");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>What became of the next one; null when there is none that nobody else has.</summary>
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
            outcome = MailKind.Request.Is(mail.Kind)
                ? await ResolveAsync(services, mail, cancellationToken)
                : await SendAsync(services, mail, cancellationToken);
        }
        catch (Exception failure) when (DeletedAccount.Causes(failure))
        {
            // Nobody has the account any more, so the next look finds nobody to write to.
            await transaction.RollbackAsync(CancellationToken.None);
            return MailOutcome.Sent;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && DatabaseFailure.In(failure) is null)
        {
            // A mistake of ours in one mail must not stop the others.
            Log.Broken(logger, failure, mail.Id, mail.Kind);
            await transaction.RollbackAsync(CancellationToken.None);
            await PostponeAsync(db, mail, now);
            return MailOutcome.Refused;
        }

        switch (outcome)
        {
            case MailOutcome.Unreachable:
                return outcome;
            case MailOutcome.Refused or MailOutcome.BrokenOff:
                await PostponeAsync(db, mail, now);
                break;
            default:
                // Not given up when the server is asked to stop: the mail has gone.
                await db.Set<OutboxMail>().Where(m => m.Id == mail.Id).ExecuteDeleteAsync(CancellationToken.None);
                break;
        }

        await transaction.CommitAsync(CancellationToken.None);
        return outcome;
    }

    private static Task<int> PostponeAsync(CortexDbContext db, OutboxMail mail, DateTimeOffset now)
    {
        var due = now + Doubled(TimeSpan.FromSeconds(30), mail.Refusals, LongestDelay);
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
            var purpose = Mails.PurposeOf(mail.Kind);
            if (await tokens.FindAsync(tokenId, purpose.Name, cancellationToken) is null)
            {
                // A newer one took its place, or the account is gone: nobody needs a link that doesn't work.
                return MailOutcome.Sent;
            }

            text = tokens.TextOf(tokenId, purpose);
        }

        MimeMessage message;
        try
        {
            message = Mails.Of(mail, text, options).ToMessage(mail, options, clock.GetUtcNow());
        }
        catch (ParseException)
        {
            Log.NoAddress(logger, mail.Id, mail.UserId);
            return MailOutcome.Rejected;
        }

        // For MimeKit nothing at all and a name without a domain are addresses too.
        if (message.To.Mailboxes.Any(to => !to.Address.Contains('@', StringComparison.Ordinal)))
        {
            message.Dispose();
            Log.NoAddress(logger, mail.Id, mail.UserId);
            return MailOutcome.Rejected;
        }

        using (message)
        {
            return await mailer.SendAsync(message, mail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {MailId} for user {UserId} can't be sent: the stored email isn't a valid address")]
        public static partial void NoAddress(ILogger logger, Guid mailId, Guid? userId);

        [LoggerMessage(Level = LogLevel.Error, Message = "Mail {MailId} ({Kind}) could not be composed; trying again later")]
        public static partial void Broken(ILogger logger, Exception exception, Guid mailId, string kind);

        [LoggerMessage(Level = LogLevel.Error, Message = "Mails could not be sent ({Failure}); trying again")]
        public static partial void Failed(ILogger logger, Exception? exception, string failure);
    }
}
