using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Issues and redeems emailed tokens. Each token works once across all replicas, and only the newest of its kind is valid.</summary>
internal sealed class OneTimeTokens(CortexDbContext db, SecretKeys secrets, TimeProvider clock)
{
    /// <summary>
    /// The maximum number of emails of one kind per account within <see cref="Window"/>, so attackers can't use this server to flood a mailbox.
    /// </summary>
    public const int MaxPerWindow = 5;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private static readonly string CountForMailboxSql = $$"""
        SELECT count(*)::integer AS "Value" FROM one_time_tokens
        WHERE purpose = '{{TokenPurpose.ChangeEmail.Name}}' AND {{AccountByEmail.Folded}} = cortex_fold_email({0}) AND created_at > {1}
        """;

    /// <summary>Issues a token in the caller's transaction and invalidates earlier ones. Returns null if the account has reached its limit.</summary>
    /// <param name="user">The user for whom the token is issued.</param>
    /// <param name="purpose">The purpose of the token.</param>
    /// <param name="email">The email address that the token verifies.</param>
    /// <param name="cancellationToken">The cancellation token of the request.</param>
    /// <param name="sessionId">The session that requests the token.</param>
    public async Task<OneTimeToken?> IssueAsync(User user, TokenPurpose purpose, string email, CancellationToken cancellationToken, Guid? sessionId = null)
    {
        var now = clock.GetUtcNow();

        // The lock serializes requests: two concurrent ones wouldn't see, and so wouldn't invalidate, each other's token.
        await db.LockAccountAsync(user.Id, cancellationToken);
        if (await Of(user.Id, purpose).CountAsync(token => token.CreatedAt > now - Window, cancellationToken) >= MaxPerWindow)
        {
            return null;
        }

        // Anyone can create accounts, so requests from many accounts to change their email to the same address share one limit.
        if (purpose == TokenPurpose.ChangeEmail && await CountForMailboxAsync(email, now - Window, cancellationToken) >= MaxPerWindow)
        {
            return null;
        }

        await Of(user.Id, purpose)
            .Where(token => token.VoidedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.VoidedAt, now), cancellationToken);
        var issued = new OneTimeToken
        {
            Id = Guid.CreateVersion7(now),
            UserId = user.Id,
            Purpose = purpose.Name,
            Email = email,

            // Verifying an email doesn't depend on the password, so a password change doesn't invalidate the token.
            SecurityStamp = purpose == TokenPurpose.VerifyEmail ? null : user.SecurityStamp,
            SessionId = sessionId,
            CreatedAt = now,
            ExpiresAt = now + purpose.Lifetime,
        };
        db.Add(issued);
        await db.SaveChangesAsync(cancellationToken);
        return issued;
    }

    public string TextOf(Guid id, TokenPurpose purpose) => MailedTokenText.Create(purpose.Prefix, id, KeysOf(purpose));

    /// <summary>
    /// Finds the token with this text if it is valid for one of the purposes, without redeeming it. Text that isn't an authentic token is rejected without a
    /// query.
    /// </summary>
    public async Task<OneTimeToken?> FindAsync(string? text, CancellationToken cancellationToken, params TokenPurpose[] purposes)
    {
        foreach (var purpose in purposes)
        {
            if (MailedTokenText.TryRead(text, purpose.Prefix, KeysOf(purpose), out var id))
            {
                return await FindAsync(id, purpose.Name, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Finds the token with this ID if it is still valid.</summary>
    public Task<OneTimeToken?> FindAsync(Guid id, string purpose, CancellationToken cancellationToken) =>
        Valid(id, purpose).AsNoTracking().SingleOrDefaultAsync(cancellationToken);

    /// <summary>
    /// Redeems a token. The caller's change must have locked the account, because a concurrent change could invalidate the token. Returns false if another
    /// request redeemed the token or it is no longer valid.
    /// </summary>
    public async Task<bool> RedeemAsync(OneTimeToken token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await Valid(token.Id, token.Purpose).ExecuteUpdateAsync(set => set.SetProperty(t => t.VoidedAt, now), cancellationToken) == 1;
    }

    private Task<int> CountForMailboxAsync(string email, DateTimeOffset since, CancellationToken cancellationToken) =>
        db.Database.SqlQueryRaw<int>(CountForMailboxSql, email, since).SingleAsync(cancellationToken);

    private IQueryable<OneTimeToken> Of(Guid userId, TokenPurpose purpose) =>
        db.Set<OneTimeToken>().Where(token => token.UserId == userId && token.Purpose == purpose.Name);

    private IQueryable<OneTimeToken> Valid(Guid id, string purpose)
    {
        var now = clock.GetUtcNow();
        return db.Set<OneTimeToken>().Where(token => token.Id == id && token.Purpose == purpose && token.VoidedAt == null && token.ExpiresAt > now
            && db.Users.Any(user => user.Id == token.UserId
                && user.IsActive != false
                && (purpose == TokenPurpose.VerifyEmail.Name || token.SecurityStamp == user.SecurityStamp)

                // A token is bound to its email address: after a change of email, an older token proves nothing about the new address.
                && (purpose == TokenPurpose.ChangeEmail.Name || token.Email == user.Email)));
    }

    private KeyRing KeysOf(TokenPurpose purpose) => secrets.Derive("one-time-token/" + purpose.Name);
}
