using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Creates a signing key at the operator's request, to replace the existing ones.</summary>
internal sealed class SigningKeyReplacement(CortexDbContext db, SigningKeyTable table, SigningOptions options, AuditLog audit, TimeProvider clock)
{
    /// <summary>
    /// The time after which every service knows a new key: replicas that miss the notification reload within a minute and a few seconds, and then a key list
    /// that a service fetched just before has to expire.
    /// </summary>
    public static readonly TimeSpan PropagationTime = SigningKeyRotation.Interval + TimeSpan.FromSeconds(15) + SigningKeySchedule.ListLifetime;

    /// <summary>
    /// Returns null, without changing anything, if none of the existing keys can be decrypted: the replicas then have another SECRET_KEY and couldn't use the
    /// new key.
    /// </summary>
    public async Task<KeyReplaced?> ReplaceAsync(RotationUrgency urgency, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var keys = await table.LockAsync(db, [], cancellationToken);
        if (keys.Count > 0 && keys.All(key => key.Credentials is null))
        {
            return null;
        }

        var use = ChooseStart(keys, urgency);
        if (urgency != RotationUrgency.Announced)
        {
            // Make the replicas reload and publish the keys immediately.
            await db.Database.ExecuteSqlAsync($"SELECT pg_notify('cortex_changes', '*')", cancellationToken);
        }

        var removed = urgency == RotationUrgency.AtOnce ? await RevokeAsync(cancellationToken) : await RemoveFutureKeysAsync(use, cancellationToken);
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

    private DateTimeOffset ChooseStart(IReadOnlyList<SigningKey> keys, RotationUrgency urgency)
    {
        var now = clock.GetUtcNow();
        return urgency switch
        {
            // The clock of a replica may be behind, and it would then find no key that signs and create another.
            RotationUrgency.AtOnce => now - SignedTokens.ClockSkew,
            _ when SigningKeySchedule.Current(keys, now) is null => now,
            RotationUrgency.Soon => now + PropagationTime,
            _ => now + options.Lead,
        };
    }

    /// <summary>Removes the keys of all algorithms, because those of other algorithms would become valid again if JWT_ALGORITHM were changed back.</summary>
    private Task<int> RevokeAsync(CancellationToken cancellationToken) => db.SigningKeySet.ExecuteDeleteAsync(cancellationToken);

    /// <summary>Removes keys that haven't signed anything yet and would take over from the new one.</summary>
    private Task<int> RemoveFutureKeysAsync(DateTimeOffset use, CancellationToken cancellationToken) =>
        db.SigningKeySet.Where(row => row.Algorithm == options.Algorithm && row.UsedFrom > use).ExecuteDeleteAsync(cancellationToken);
}
