using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Stores logins that have proved the password, or possession of a passkey, and still need the second factor.</summary>
internal sealed class TwoFactorChallenges(CortexDbContext db, SecretKeys secrets, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>The number of attempts after which a challenge is no longer accepted.</summary>
    private const int MaxAttempts = 5;

    private readonly KeyRing _keys = secrets.Derive("two-factor-challenge");

    /// <param name="user">The user who completed the first step.</param>
    /// <param name="firstFactor">The method of the first step (RFC 8176).</param>
    /// <param name="cancellationToken">Canceled when the request is aborted.</param>
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
    /// Counts an attempt and returns the challenge; null if it doesn't exist, has expired, or has no attempts left. Counting comes first, so that parallel
    /// guesses are limited to five too.
    /// </summary>
    public async Task<TwoFactorChallenge?> CountAttemptAsync(string text, CancellationToken cancellationToken)
    {
        if (!TwoFactorToken.TryParse(text, _keys, out var token))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var counted = await db.TwoFactorChallenges
            .Where(c => c.Id == token.ChallengeId && c.Attempts < MaxAttempts && c.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Attempts, c => c.Attempts + 1), cancellationToken);
        return counted == 0
            ? null
            : await db.TwoFactorChallenges.AsNoTracking().SingleOrDefaultAsync(c => c.Id == token.ChallengeId, cancellationToken);
    }

    /// <summary>Finds a challenge without counting an attempt, for creating passkey options, which isn't an attempt yet.</summary>
    public async Task<TwoFactorChallenge?> FindAsync(string text, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return TwoFactorToken.TryParse(text, _keys, out var token)
            ? await db.TwoFactorChallenges.AsNoTracking()
                .SingleOrDefaultAsync(c => c.Id == token.ChallengeId && c.Attempts < MaxAttempts && c.ExpiresAt > now, cancellationToken)
            : null;
    }

    /// <summary>Consumes a challenge. Returns false if another request already did.</summary>
    public async Task<bool> ConsumeAsync(Guid id, CancellationToken cancellationToken) =>
        await db.TwoFactorChallenges.Where(c => c.Id == id).ExecuteDeleteAsync(cancellationToken) == 1;
}
