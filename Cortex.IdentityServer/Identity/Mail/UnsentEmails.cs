using Cortex.IdentityServer.Foundation.Data;
using Npgsql;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Deletes emails that couldn't be sent before they expired, and logs a warning, because nothing else would reveal it.</summary>
internal sealed partial class UnsentEmails(ILogger<UnsentEmails> logger) : IExpiryRule
{
    private readonly ExpiryRule _rule = new("emails", "outbox_mails WHERE expires_at < $1");

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
        [LoggerMessage(2209, LogLevel.Warning, "{Count} email(s) could not be sent before they expired and were deleted")]
        public static partial void Unsent(ILogger logger, int count);
    }
}
