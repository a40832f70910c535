namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Builds the SQL that adds emails to the outbox, either on its own or as part of a larger statement.</summary>
internal static class OutboxInsert
{
    /// <summary>
    /// Inserts one email for each row of <paramref name="from"/>, or a single email without it. Each argument is an SQL expression; the parameters
    /// <c>@now</c> and <c>@given_up</c>, and by default <c>@notice</c>, supply the time, the time at which the sender gives up, and the details.
    /// </summary>
    public static string Sql(
        string kind,
        string userId,
        string recipient,
        string from = "",
        string id = "gen_random_uuid()",
        string tokenId = "NULL::uuid",
        string details = "@notice") => $"""
        INSERT INTO outbox_mails (id, kind, user_id, recipient, token_id, details, created_at, due_at, expires_at)
            SELECT {id}, {kind}, {userId}, {recipient}, {tokenId}, {details}, @now, @now, @given_up {from}
        """;
}
