using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Makes the operator's signing key, which takes the place of those that are there.</summary>
internal sealed class SigningKeyReplacement(CortexDbContext db, SigningKeyTable table, SigningOptions options, AuditLog audit, TimeProvider clock)
{
    /// <summary>
    /// Replicas that no notice reaches read each minute, and take a moment for it; then the list that a service fetched just before has to expire.
    /// </summary>
    public static readonly TimeSpan UntilKnown = SigningKeyRotation.Pause + TimeSpan.FromSeconds(15) + SigningKeySchedule.ListLifetime;

    /// <summary>
    /// Null, and nothing is changed, where none of the keys that are there can be decrypted: the replicas' SECRET_KEY is another, and they couldn't use the new
    /// one.
    /// </summary>
    public async Task<KeyReplaced?> ReplaceAsync(RotationUrgency urgency, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var keys = await table.LockAsync(db, [], cancellationToken);
        if (keys.Count > 0 && keys.All(key => key.Credentials is null))
        {
            return null;
        }

        var use = UseFrom(keys, urgency);
        if (urgency != RotationUrgency.Announced)
        {
            // Replicas that hear of it read, and publish, at once.
            await db.Database.ExecuteSqlAsync($"SELECT pg_notify('cortex_changes', '*')", cancellationToken);
        }

        var removed = urgency == RotationUrgency.AtOnce ? await RevokeAsync(cancellationToken) : await RemoveLaterAsync(use, cancellationToken);
        var kid = await table.AddAsync(db, use, urgency == RotationUrgency.AtOnce ? null : SigningKeySchedule.Current(keys, use), cancellationToken);
        await audit.RecordAsync(
            AuditAction.SigningKeysRotated, AuditLog.Success, actorId: null, userId: null, RequestOrigin.Operator,
            AuditLog.Details(
                ("kid", kid), ("algorithm", options.Algorithm), ("signs_from", use.ToString("O", CultureInfo.InvariantCulture)),
                ("takes_over", JsonNamingPolicy.SnakeCaseLower.ConvertName(urgency.ToString())), ("removed", removed.ToString(CultureInfo.InvariantCulture))),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(kid, use, removed);
    }

    private DateTimeOffset UseFrom(IReadOnlyList<SigningKey> keys, RotationUrgency urgency)
    {
        var now = clock.GetUtcNow();
        return urgency switch
        {
            // The clock of a replica may be behind: it would find no key that signs by now, and make one more.
            RotationUrgency.AtOnce => now - SignedTokens.ClockSkew,
            _ when SigningKeySchedule.Current(keys, now) is null => now,
            RotationUrgency.Soon => now + UntilKnown,
            _ => now + options.Lead,
        };
    }

    /// <summary>Of other algorithms too, or they would count again after a change back.</summary>
    private Task<int> RevokeAsync(CancellationToken cancellationToken) => db.SigningKeySet.ExecuteDeleteAsync(cancellationToken);

    /// <summary>Those that have signed nothing yet, and would take over before the new one.</summary>
    private Task<int> RemoveLaterAsync(DateTimeOffset use, CancellationToken cancellationToken) =>
        db.SigningKeySet.Where(row => row.Algorithm == options.Algorithm && row.UsedFrom > use).ExecuteDeleteAsync(cancellationToken);
}
