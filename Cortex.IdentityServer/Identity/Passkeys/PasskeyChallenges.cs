using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>Stores pending challenges on the server rather than in a cookie. Each can be answered once, within five minutes.</summary>
internal sealed class PasskeyChallenges(CortexDbContext db, SecretKeys secrets, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly KeyRing _keys = secrets.Derive("passkey-challenge");

    public async Task<string> CreateAsync(string purpose, Guid? userId, string state, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var challenge = new PasskeyChallenge { Id = Guid.CreateVersion7(now), UserId = userId, Purpose = purpose, State = state, ExpiresAt = now + Lifetime };
        db.PasskeyChallenges.Add(challenge);
        await db.SaveChangesAsync(cancellationToken);
        return new PasskeyToken(challenge.Id).ToText(_keys);
    }

    /// <summary>Consumes a challenge and returns its state; null if it doesn't exist, has expired, or was created for another user or purpose.</summary>
    public async Task<string?> ConsumeAsync(string text, string purpose, Guid? userId, CancellationToken cancellationToken)
    {
        if (!PasskeyToken.TryParse(text, _keys, out var token))
        {
            return null;
        }

        // Delete the challenge before checking the response, so that only one of two concurrent responses finds it.
        var taken = await db.Database.SqlQuery<string>($"""
            DELETE FROM passkey_challenges
            WHERE id = {token.ChallengeId} AND purpose = {purpose} AND user_id IS NOT DISTINCT FROM {userId}::uuid AND expires_at > {clock.GetUtcNow()}
            RETURNING state AS "Value"
            """).ToListAsync(cancellationToken);
        return taken.SingleOrDefault();
    }
}
