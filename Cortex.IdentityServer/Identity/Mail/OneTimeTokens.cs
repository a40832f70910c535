using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Makes and spends the tokens that are mailed: each once, over all replicas, and only the newest of its kind.</summary>
internal sealed class OneTimeTokens(CortexDbContext db, SecretKeys secrets, TimeProvider clock)
{
    /// <summary>Mails of one kind that an account gets within <see cref="Window"/>. More are not sent, so nobody floods a mailbox through us.</summary>
    public const int MostInWindow = 5;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private static readonly string ForMailbox = $$"""
        SELECT count(*)::integer AS "Value" FROM one_time_tokens
        WHERE purpose = '{{TokenPurpose.ChangeEmail.Name}}' AND {{AccountByEmail.Folded}} = cortex_fold_email({0}) AND created_at > {1}
        """;

    /// <summary>A new token, which voids the ones before; null when the account has had enough of them lately. In the caller's transaction.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="email">The mailbox that it proves.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="sessionId">The session that asks for it.</param>
    public async Task<OneTimeToken?> IssueAsync(User user, TokenPurpose purpose, string email, CancellationToken cancellationToken, Guid? sessionId = null)
    {
        var now = clock.GetUtcNow();

        // One after another: of two at once neither would see, and void, the other.
        await db.LockAccountAsync(user.Id, cancellationToken);
        if (await Of(user.Id, purpose).CountAsync(token => token.CreatedAt > now - Window, cancellationToken) >= MostInWindow)
        {
            return null;
        }

        // Accounts are free: however many of them ask, a mailbox that isn't theirs gets no more than one account's.
        if (purpose == TokenPurpose.ChangeEmail && await CountForMailboxAsync(email, now - Window, cancellationToken) >= MostInWindow)
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

            // Whose mailbox this is doesn't hang on the password.
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

    /// <summary>The token that a text names, if it is one of these purposes and still good; garbage costs no query. It isn't spent.</summary>
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

    /// <summary>The token of this id, if it is still good.</summary>
    public Task<OneTimeToken?> FindAsync(Guid id, string purpose, CancellationToken cancellationToken) =>
        Good(id, purpose).AsNoTracking().SingleOrDefaultAsync(cancellationToken);

    /// <summary>
    /// Uses it up, in a change that has locked the account, as what makes the token bad may be under way; false when another request used it, or it isn't good
    /// any more.
    /// </summary>
    public async Task<bool> SpendAsync(OneTimeToken token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await Good(token.Id, token.Purpose).ExecuteUpdateAsync(set => set.SetProperty(t => t.VoidedAt, now), cancellationToken) == 1;
    }

    private Task<int> CountForMailboxAsync(string email, DateTimeOffset since, CancellationToken cancellationToken) =>
        db.Database.SqlQueryRaw<int>(ForMailbox, email, since).SingleAsync(cancellationToken);

    private IQueryable<OneTimeToken> Of(Guid userId, TokenPurpose purpose) =>
        db.Set<OneTimeToken>().Where(token => token.UserId == userId && token.Purpose == purpose.Name);

    private IQueryable<OneTimeToken> Good(Guid id, string purpose)
    {
        var now = clock.GetUtcNow();
        return db.Set<OneTimeToken>().Where(token => token.Id == id && token.Purpose == purpose && token.VoidedAt == null && token.ExpiresAt > now
            && db.Users.Any(user => user.Id == token.UserId
                && user.IsActive != false
                && (purpose == TokenPurpose.VerifyEmail.Name || token.SecurityStamp == user.SecurityStamp)

                // Bound to the mailbox: after a change of the email, an older token proves nothing about the new one.
                && (purpose == TokenPurpose.ChangeEmail.Name || token.Email == user.Email)));
    }

    private KeyRing KeysOf(TokenPurpose purpose) => secrets.Derive("one-time-token/" + purpose.Name);
}
