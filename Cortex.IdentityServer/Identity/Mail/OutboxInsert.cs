namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Builds the SQL that adds emails to the outbox, either on its own or as part of a larger statement.</summary>
internal static class OutboxInsert
{
    /// <summary>
    /// Inserts one email for each row of <paramref name="from"/>, or a single email without it. Each argument is an SQL expression; the parameters
    /// <c>@notice</c>, <c>@now</c> and <c>@given_up</c> supply the details, the time, and the time at which the sender gives up.
    /// </summary>
    public static string Sql(
        string kind, string userId, string recipient, string from = "", string id = "gen_random_uuid()", string tokenId = "NULL::uuid") => $"""
        INSERT INTO outbox_mails (id, kind, user_id, recipient, token_id, details, created_at, due_at, expires_at)
            SELECT {id}, {kind}, {userId}, {recipient}, {tokenId}, @notice, @now, @now, @given_up {from}
        """;
}
