using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Identity.Users;
using Npgsql;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>
/// Finds API keys by their hash and caches them until something about their owner changes. Migrates the plain-text keys that the Python server kept in
/// <c>users.api_key</c>.
/// </summary>
internal sealed partial class ApiKeyLookup(
    NpgsqlDataSource database, ApiKeyOptions options, LastUses uses, Changes changes, DatabaseBreaker breaker, TimeProvider clock,
    ILogger<ApiKeyLookup> logger) : IApiKeyProvider, IObservedCache, IDisposable
{
    /// <summary>A cached key takes about 1 KB; keys beyond this limit are looked up on each request.</summary>
    private const int MaxCachedKeys = 20_000;

    private const string FindSql = $"""
        SELECT api_keys.id, user_id, email, {UserSql.Tier}, scopes, api_keys.created_at, expires_at,
            coalesce(api_keys.is_active, true) AND {UserSql.IsActive},
            CASE WHEN '{ApiKeyOptions.UsageWrite}' = ANY(scopes)
                THEN EXISTS (SELECT FROM user_roles JOIN roles ON roles.id = role_id WHERE user_roles.user_id = users.id
                    AND name IN ('{Role.Service}', '{Role.Admin}')) ELSE false END,
            quota::text, monthly_quota::text, {BillingPeriod.Columns}
        FROM api_keys JOIN users ON users.id = user_id
        WHERE key_hash = $1 AND revoked_at IS NULL
        """;

    /// <summary>
    /// A single statement, so that when several requests use a legacy key for the first time at once, one migrates it and the others find it migrated. A
    /// legacy key that has been revoked stays revoked, because its hash is taken.
    /// </summary>
    private const string MigrateSql = """
        WITH owner AS (UPDATE users SET api_key = NULL WHERE api_key = $1 RETURNING id)
        INSERT INTO api_keys (user_id, key_hash, name, prefix) SELECT id, $2, 'legacy', $3 FROM owner
        ON CONFLICT (key_hash) DO NOTHING
        """;

    private readonly CredentialCache<KnownApiKey> _cache = new(changes, breaker, clock, MaxCachedKeys);

    public CacheCounts Counts => _cache.CountsOf("api_key");

    public ApiKeyVerdict? FindCached(ApiKeyCandidate candidate)
    {
        if (candidate.Text.Length > ApiKeyText.MaxLength)
        {
            return ApiKeyVerdict.Invalid;
        }

        if (_cache.TryGet(candidate.Hash, out var known))
        {
            return CreateVerdict(known);
        }

        // A key with a wrong checksum is a typo or a guess, so it costs no query.
        return candidate.Kind is ApiKeyKind.Invalid or ApiKeyKind.Damaged ? ApiKeyVerdict.Invalid : null;
    }

    public bool WasKnown(ApiKeyCandidate candidate) => _cache.Contains(candidate.Hash);

    public async Task<ApiKeyVerdict> FindAsync(ApiKeyCandidate candidate, CancellationToken cancellationToken)
    {
        var found = await _cache.QueryAsync(candidate.Hash, (_, queryCancellation) => LoadAsync(candidate, queryCancellation), cancellationToken);
        return found is null ? ApiKeyVerdict.Invalid : CreateVerdict(found);
    }

    public void Dispose() => _cache.Dispose();

    private async Task<KnownApiKey?> LoadAsync(ApiKeyCandidate candidate, CancellationToken cancellationToken)
    {
        var key = await FindByHashAsync(candidate.Hash, cancellationToken);
        if (key is not null || candidate.Kind == ApiKeyKind.Ours)
        {
            return key;
        }

        // This may be a key of the Python server. Look it up again even if this request migrated nothing: another request may just have migrated it.
        await MigrateLegacyKeyAsync(candidate, cancellationToken);
        return await FindByHashAsync(candidate.Hash, cancellationToken);
    }

    private ApiKeyVerdict CreateVerdict(KnownApiKey key)
    {
        var now = clock.GetUtcNow();
        var verdict = key.VerdictAt(now);
        if (verdict is ApiKeyVerdict.Valid && LastUses.IsDue(key.UseRecordedAt, now))
        {
            key.UseRecordedAt = now;
            uses.RecordKeyUse(key.Id, now);
        }

        return verdict;
    }

    private async Task<KnownApiKey?> FindByHashAsync(string hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = hash });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null : new()
        {
            Id = row.GetGuid(0),
            UserId = row.GetGuid(1),
            Email = row.GetString(2),
            Tier = row.GetString(3),
            Scopes = options.EffectiveScopes(row.GetFieldValue<string[]>(4), canWriteUsage: row.GetBoolean(8)),
            CreatedAt = await row.GetFieldValueAsync<DateTimeOffset?>(5, cancellationToken),
            ExpiresAt = await row.GetFieldValueAsync<DateTimeOffset?>(6, cancellationToken),
            IsActive = row.GetBoolean(7),
            UserQuota = QuotaLimits.FromJson(row, 9),
            MonthlyQuota = QuotaLimits.FromJson(row, 10),
            Billing = BillingPeriod.FromRow(row, 11),
        };
    }

    private async Task MigrateLegacyKeyAsync(ApiKeyCandidate candidate, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(MigrateSql);
        command.Parameters.Add(new() { Value = candidate.Text });
        command.Parameters.Add(new() { Value = candidate.Hash });
        command.Parameters.Add(new() { Value = ApiKeyText.Prefix(candidate.Text) });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            Log.Adopted(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2900, LogLevel.Information, "A plain-text API key from the Python server was hashed and moved into api_keys")]
        public static partial void Adopted(ILogger logger);
    }
}
