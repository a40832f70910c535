namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>The SQL that puts mails into the outbox, also as a part of a statement that does more.</summary>
internal static class OutboxInsert
{
    /// <summary>
    /// Inserts one mail for each row of <paramref name="from"/>, or one without it. Each argument is an SQL expression; the details, the time, and the time
    /// at which the sender gives up are the parameters <c>@notice</c>, <c>@now</c> and <c>@given_up</c>.
    /// </summary>
    public static string Sql(
        string kind, string userId, string recipient, string from = "", string id = "gen_random_uuid()", string tokenId = "NULL::uuid") => $"""
        INSERT INTO outbox_mails (id, kind, user_id, recipient, token_id, details, created_at, due_at, expires_at)
            SELECT {id}, {kind}, {userId}, {recipient}, {tokenId}, @notice, @now, @now, @given_up {from}
        """;
}
