using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.ApiKeys;

/// <summary>A key that is good, and whose it is.</summary>
internal sealed record KnownApiKey(
    Guid Id, Guid UserId, string Email, string Tier, string[] Scopes, DateTimeOffset? CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>What is known of a key.</summary>
internal abstract record ApiKeyVerdict
{
    public sealed record Good(KnownApiKey Key) : ApiKeyVerdict;

    /// <summary>Unknown, switched off, or its owner is.</summary>
    public sealed record Invalid : ApiKeyVerdict;

    public sealed record Expired : ApiKeyVerdict;
}

/// <summary>Tells whose key a text is, for <see cref="ApiKeyAuthenticationHandler"/> and introspection.</summary>
internal interface IApiKeyProvider
{
    Task<ApiKeyVerdict> FindAsync(string text, CancellationToken cancellationToken);
}

/// <summary>Finds keys by their hash, and takes over the plain ones that the Python server kept in <c>users.api_key</c>.</summary>
internal sealed partial class ApiKeyLookup(CortexDbContext db, TimeProvider clock, ILogger<ApiKeyLookup> logger) : IApiKeyProvider
{
    /// <summary>How exactly <c>last_used_at</c> is kept, so that a busy key isn't written at every request.</summary>
    private static readonly TimeSpan UseResolution = TimeSpan.FromMinutes(1);

    public async Task<ApiKeyVerdict> FindAsync(string text, CancellationToken cancellationToken)
    {
        // A typo or garbage costs no query.
        if (ApiKeyText.Classify(text) is ApiKeyKind.Invalid or ApiKeyKind.Damaged)
        {
            return new ApiKeyVerdict.Invalid();
        }

        var hash = ApiKeyText.HashHex(text);
        var found = await FindByHashAsync(hash, cancellationToken);
        if (found is null && await AdoptLegacyAsync(text, hash, cancellationToken))
        {
            found = await FindByHashAsync(hash, cancellationToken);
        }

        if (found is not { IsActive: true })
        {
            return new ApiKeyVerdict.Invalid();
        }

        var now = clock.GetUtcNow();
        if (found.Key.ExpiresAt <= now)
        {
            return new ApiKeyVerdict.Expired();
        }

        if (found.LastUsedAt is null || found.LastUsedAt < now - UseResolution)
        {
            // Forward only, and nothing but this column: a use never undoes a change.
            await db.ApiKeys.Where(k => k.Id == found.Key.Id && (k.LastUsedAt == null || k.LastUsedAt < now))
                .ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now), cancellationToken);
        }

        return new ApiKeyVerdict.Good(found.Key);
    }

    private Task<Found?> FindByHashAsync(string hash, CancellationToken cancellationToken) => db.ApiKeys
        .Where(key => key.KeyHash == hash)
        .Join(db.Users, key => key.UserId, user => user.Id, (key, user) => new Found(
            new KnownApiKey(key.Id, user.Id, user.Email!, user.SubscriptionTier ?? User.FreeTier, key.Scopes, key.CreatedAt, key.ExpiresAt),
            (key.IsActive ?? true) && (user.IsActive ?? true),
            key.LastUsedAt))
        .SingleOrDefaultAsync(cancellationToken);

    /// <summary>
    /// Moves a plain key of the Python server into <c>api_keys</c>, in one statement: of several first uses at a time one moves it
    /// and the others find it moved. True when there may be a row now.
    /// </summary>
    private async Task<bool> AdoptLegacyAsync(string text, string hash, CancellationToken cancellationToken)
    {
        var prefix = ApiKeyText.Prefix(text);
        var adopted = await db.Database.ExecuteSqlAsync(
            $"""
            WITH owner AS (UPDATE users SET api_key = NULL WHERE api_key = {text} RETURNING id)
            INSERT INTO api_keys (user_id, key_hash, name, prefix) SELECT id, {hash}, 'legacy', {prefix} FROM owner
            ON CONFLICT (key_hash) DO NOTHING
            """,
            cancellationToken);
        if (adopted == 1)
        {
            Log.Adopted(logger);
            return true;
        }

        return await db.ApiKeys.AnyAsync(key => key.KeyHash == hash, cancellationToken);
    }

    private sealed record Found(KnownApiKey Key, bool IsActive, DateTimeOffset? LastUsedAt);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "A plain API key of the Python server was hashed and moved into api_keys")]
        public static partial void Adopted(ILogger logger);
    }
}
