using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Drops the mails that could not be sent before they expired, and says so: nobody would learn it otherwise.</summary>
internal sealed partial class UnsentMails(ILogger<UnsentMails> logger) : IExpiryRule
{
    private readonly ExpiryRule _rule = new("mails", "outbox_mails WHERE expires_at < $1");

    public string Rows => _rule.Rows;

    public async Task<int> ApplyAsync(NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var count = await _rule.ApplyAsync(database, now, cancellationToken);
        if (count > 0)
        {
            Log.Unsent(logger, count);
        }

        return count;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} mail(s) could not be sent in time and were dropped")]
        public static partial void Unsent(ILogger logger, int count);
    }
}
