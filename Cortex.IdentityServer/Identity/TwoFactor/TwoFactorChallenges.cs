using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Keeps logins that have proved the password, or the possession of a passkey, and owe the second factor.</summary>
internal sealed class TwoFactorChallenges(CortexDbContext db, SecretKeys secrets, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Wrong codes that a challenge survives, plus one.</summary>
    private const int MostAttempts = 5;

    private readonly KeyRing _keys = secrets.Derive("two-factor-challenge");

    /// <param name="user">Who has proved the first step.</param>
    /// <param name="firstFactor">By what (RFC 8176).</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<string> CreateAsync(User user, string firstFactor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var challenge = new TwoFactorChallenge
        {
            Id = Guid.CreateVersion7(now),
            UserId = user.Id,
            SecurityStamp = user.SecurityStamp,
            FirstFactor = firstFactor,
            ExpiresAt = now + Lifetime,
        };
        db.TwoFactorChallenges.Add(challenge);
        await db.SaveChangesAsync(cancellationToken);
        return new TwoFactorToken(challenge.Id).ToText(_keys);
    }

    /// <summary>
    /// Counts an attempt and gives the challenge, or null when there is none (any more). Counted first, so that parallel guesses get five too.
    /// </summary>
    public async Task<TwoFactorChallenge?> TryAsync(string text, CancellationToken cancellationToken)
    {
        if (!TwoFactorToken.TryParse(text, _keys, out var token))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var counted = await db.TwoFactorChallenges
            .Where(c => c.Id == token.ChallengeId && c.Attempts < MostAttempts && c.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Attempts, c => c.Attempts + 1), cancellationToken);
        return counted == 0
            ? null
            : await db.TwoFactorChallenges.AsNoTracking().SingleOrDefaultAsync(c => c.Id == token.ChallengeId, cancellationToken);
    }

    /// <summary>The same without an attempt: for the question to an authenticator, which is no answer yet.</summary>
    public async Task<TwoFactorChallenge?> FindAsync(string text, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return TwoFactorToken.TryParse(text, _keys, out var token)
            ? await db.TwoFactorChallenges.AsNoTracking()
                .SingleOrDefaultAsync(c => c.Id == token.ChallengeId && c.Attempts < MostAttempts && c.ExpiresAt > now, cancellationToken)
            : null;
    }

    /// <summary>Uses it up; false when another request did.</summary>
    public async Task<bool> SpendAsync(Guid id, CancellationToken cancellationToken) =>
        await db.TwoFactorChallenges.Where(c => c.Id == id).ExecuteDeleteAsync(cancellationToken) == 1;
}
