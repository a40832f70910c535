using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Creates, lists, changes, rotates, and revokes a user's API keys.</summary>
internal sealed partial class ApiKeyService(
    CortexDbContext db, ApiKeyOptions options, SessionService sessions, UserRoles roles, AccountChanges changes, TimeProvider clock,
    ILogger<ApiKeyService> logger)
{
    private const int MaxActive = 50;

    /// <summary>The maximum number of keys that aren't revoked, whether they still work or not.</summary>
    private const int MaxKeys = 200;

    public async Task<NewApiKeyResult> GenerateAsync(
        Guid userId, Guid sessionId, GenerateApiKeyRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        string[] scopes = [.. (request.Scopes ?? []).Distinct()];
        if (!scopes.All(options.IsAllowed))
        {
            return new NewApiKeyResult.UnknownScope(string.Join(", ", options.Choices ?? []));
        }

        var now = clock.GetUtcNow();
        return await changes.RunAsync<NewApiKeyResult>(
            userId,
            origin,
            async change =>
            {
                if (!await sessions.IsLiveAsync(userId, sessionId, cancellationToken))
                {
                    return NewApiKeyResult.SessionEnded.Instance;
                }

                if (scopes.Contains(ApiKeyOptions.UsageWrite) && !await roles.HasAnyAsync(userId, [Role.Service, Role.Admin], cancellationToken))
                {
                    return NewApiKeyResult.ForbiddenScope.Instance;
                }

                if (await CountActiveAsync(userId, now, cancellationToken) >= MaxActive || await CountAsync(userId, cancellationToken) >= MaxKeys)
                {
                    return NewApiKeyResult.LimitReached.Instance;
                }

                var created = await AddAsync(
                    new(
                        userId, request.Name, scopes, now, request.ExpiresInDays is { } days ? now.AddDays(days) : null,
                        request.MonthlyQuota?.ToLimits().ToJson()),
                    cancellationToken);
                await change.CompleteAndNotifyAsync(
                    AuditAction.ApiKeyCreated, MailKind.ApiKeyCreated, await OwnerAsync(userId, cancellationToken), ("api_key_id", created.Id.ToString()),
                    ("name", created.Name));
                change.AfterCommit(() => Log.Created(logger, created.Id, created.Prefix, userId));
                return new NewApiKeyResult.Created(created);
            },
            cancellationToken);
    }

    /// <summary>Creates a key with the old one's name, scopes, and lifetime. The old key expires after the overlap and can't be rotated again.</summary>
    public Task<NewApiKeyResult> RotateAsync(
        Guid userId, Guid sessionId, Guid keyId, TimeSpan overlap, RequestOrigin origin, CancellationToken cancellationToken) =>
        changes.RunAsync(userId, origin, change => RotateAsync(change, sessionId, keyId, overlap, cancellationToken), cancellationToken);

    /// <summary>
    /// Changes the fields that the request contains. The key is null if it doesn't exist, belongs to another user, or would exceed the limit of active keys.
    /// </summary>
    public Task<(ApiKeyResponse? Key, bool TooMany)> UpdateAsync(
        Guid userId, Guid keyId, UpdateApiKeyRequest request, RequestOrigin origin, CancellationToken cancellationToken) => changes.RunAsync(
        userId,
        origin,
        async change =>
        {
            var key = db.ApiKeys.Where(key => key.Id == keyId && key.UserId == userId);
            var quota = request.MonthlyQuota?.ToLimits().ToJson();
            await key.ExecuteUpdateAsync(
                set => set
                    .SetProperty(key => key.Name, key => request.Name ?? key.Name)
                    .SetProperty(key => key.IsActive, key => request.IsActive ?? key.IsActive)
                    .SetProperty(key => key.MonthlyQuota, key => request.HasMonthlyQuota ? quota : key.MonthlyQuota),
                cancellationToken);
            if (request.IsActive == true && await CountActiveAsync(userId, clock.GetUtcNow(), cancellationToken) > MaxActive)
            {
                return (null, true);
            }

            var changed = await key.Select(ApiKeyResponse.FromKey).SingleOrDefaultAsync(cancellationToken);
            if (changed is not null)
            {
                await change.CompleteAsync(
                    AuditAction.ApiKeyChanged, ("api_key_id", keyId.ToString()), ("name", changed.Name), ("is_active", changed.IsActive ? "true" : "false"));
            }

            return (changed, false);
        },
        cancellationToken);

    /// <summary>Lists the keys, newest first. If the account has more keys than the limit allows, active keys take precedence, then the newest.</summary>
    public async Task<IReadOnlyList<ApiKeyResponse>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var keys = await db.ApiKeys.AsNoTracking()
            .Where(key => key.UserId == userId)
            .OrderByDescending(key => (key.IsActive ?? true) && (key.ExpiresAt == null || key.ExpiresAt > now))
            .ThenByDescending(key => key.CreatedAt)
            .ThenBy(key => key.Id)
            .Take(MaxKeys)
            .Select(ApiKeyResponse.FromKey)
            .ToListAsync(cancellationToken);

        // PostgreSQL sorts the same way: keys without a creation time come first.
        return [.. keys.OrderByDescending(key => key.CreatedAt ?? DateTimeOffset.MaxValue)];
    }

    public Task<bool> RevokeAsync(Guid userId, Guid keyId, RequestOrigin origin, CancellationToken cancellationToken) =>
        changes.RunAsync(userId, origin, change => RevokeAsync(change, keyId, cancellationToken), cancellationToken);

    /// <summary>Revokes a key and completes the change. Returns false if the account has no such key.</summary>
    public async Task<bool> RevokeAsync(AccountChange change, Guid keyId, CancellationToken cancellationToken)
    {
        var isRevoked = await RevokeKeyAsync(change, keyId, cancellationToken);
        if (isRevoked)
        {
            change.Complete();
        }

        return isRevoked;
    }

    /// <summary>Revokes all keys of a user, including the Python server's, in the caller's transaction.</summary>
    /// <returns>The ids of the revoked keys.</returns>
    public async Task<IReadOnlyList<Guid>> RevokeAllAsync(Guid userId, CancellationToken cancellationToken)
    {
        await db.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(user => user.ApiKey, (string?)null), cancellationToken);
        return await db.Database.SqlQuery<Guid>(
            $"UPDATE api_keys SET revoked_at = {clock.GetUtcNow()}, is_active = false WHERE user_id = {userId} AND revoked_at IS NULL RETURNING id")
            .ToListAsync(cancellationToken);
    }

    /// <summary>Streams a user's keys, including revoked ones, without the keys themselves, for the account export.</summary>
    public IAsyncEnumerable<ExportedApiKey> ExportAsync(Guid userId, CancellationToken cancellationToken) =>
        RowPages.ReadAsync<ExportedApiKey>(last => db.ApiKeys.FromSql(
            $"SELECT * FROM api_keys WHERE user_id = {userId} AND id > {last?.Id ?? Guid.Empty} ORDER BY id LIMIT {RowPages.Size}")
            .IgnoreQueryFilters()
            .Select(ExportedApiKey.FromKey)
            .ToListAsync(cancellationToken));

    /// <summary>Revokes a key by changing one row: its usage, which may be millions of rows, still refers to it (decision 0025).</summary>
    private async Task<bool> RevokeKeyAsync(AccountChange change, Guid keyId, CancellationToken cancellationToken)
    {
        var userId = change.UserId;

        // A key that the Python server stored in both places would be migrated from users.api_key again at its next use.
        var revoked = await db.Database.ExecuteSqlAsync(
            $"""
            WITH plain AS (
                UPDATE users SET api_key = NULL FROM api_keys
                WHERE users.id = {userId} AND api_keys.id = {keyId} AND api_keys.user_id = users.id
                    AND key_hash = encode(sha256(convert_to(api_key, 'UTF8')), 'hex'))
            UPDATE api_keys SET revoked_at = {clock.GetUtcNow()}, is_active = false WHERE id = {keyId} AND user_id = {userId} AND revoked_at IS NULL
            """,
            cancellationToken) == 1;
        if (revoked)
        {
            await change.RecordAsync(AuditAction.ApiKeyRevoked, ("api_key_id", keyId.ToString()));
            change.AfterCommit(() => Log.Revoked(logger, keyId, userId));
        }

        return revoked;
    }

    private async Task<NewApiKeyResult> RotateAsync(
        AccountChange change, Guid sessionId, Guid keyId, TimeSpan overlap, CancellationToken cancellationToken)
    {
        var (userId, now) = (change.UserId, clock.GetUtcNow());
        if (!await sessions.IsLiveAsync(userId, sessionId, cancellationToken))
        {
            return NewApiKeyResult.SessionEnded.Instance;
        }

        var old = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == keyId && key.UserId == userId, cancellationToken);
        if (old is null)
        {
            return NewApiKeyResult.NotFound.Instance;
        }

        if (old.IsActive == false || old.ExpiresAt <= now || old.ReplacedById is not null)
        {
            return NewApiKeyResult.NotRotatable.Instance;
        }

        var created = await AddAsync(new(userId, old.Name, old.Scopes, now, ExpiryOfReplacement(old, now), old.MonthlyQuota), cancellationToken);
        var oldExpiresAt = old.ExpiresAt < now + overlap ? old.ExpiresAt : now + overlap;
        await db.ApiKeys.Where(key => key.Id == keyId).ExecuteUpdateAsync(
            set => set
                .SetProperty(key => key.ReplacedById, created.Id)
                .SetProperty(key => key.ExpiresAt, oldExpiresAt)
                .SetProperty(key => key.IsActive, overlap > TimeSpan.Zero),
            cancellationToken);
        if (await CountActiveAsync(userId, now, cancellationToken) > MaxActive || !await MakeRoomAsync(change, now, cancellationToken))
        {
            return NewApiKeyResult.LimitReached.Instance;
        }

        await change.CompleteAndNotifyAsync(
            AuditAction.ApiKeyRotated, MailKind.ApiKeyCreated, await OwnerAsync(userId, cancellationToken), ("api_key_id", keyId.ToString()),
            ("new_api_key_id", created.Id.ToString()), ("name", created.Name));
        change.AfterCommit(() => Log.Rotated(logger, keyId, created.Id, userId));
        return new NewApiKeyResult.Created(created);
    }

    private async Task<AccountOwner> OwnerAsync(Guid userId, CancellationToken cancellationToken) =>
        new(userId, await db.Users.Where(user => user.Id == userId).Select(user => user.Email!).SingleAsync(cancellationToken));

    private Task<int> CountActiveAsync(Guid userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.ApiKeys.CountAsync(key => key.UserId == userId && (key.IsActive ?? true) && (key.ExpiresAt == null || key.ExpiresAt > now), cancellationToken);

    private Task<int> CountAsync(Guid userId, CancellationToken cancellationToken) => db.ApiKeys.CountAsync(key => key.UserId == userId, cancellationToken);

    /// <summary>
    /// At the limit, revokes the replaced key that expired first, so that the limit doesn't block a rotation. Returns false if no replaced key has expired.
    /// </summary>
    private async Task<bool> MakeRoomAsync(AccountChange change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var userId = change.UserId;
        if (await CountAsync(userId, cancellationToken) <= MaxKeys)
        {
            return true;
        }

        var obsolete = await db.ApiKeys
            .Where(key => key.UserId == userId && key.ReplacedById != null && (key.IsActive == false || key.ExpiresAt <= now))
            .OrderBy(key => key.ExpiresAt).ThenBy(key => key.Id)
            .Select(key => (Guid?)key.Id)
            .FirstOrDefaultAsync(cancellationToken);
        return obsolete is { } keyId && await RevokeKeyAsync(change, keyId, cancellationToken);
    }

    /// <summary>Returns the expiration time of a replacement, which gets the lifetime that the old key was created with.</summary>
    private static DateTimeOffset? ExpiryOfReplacement(ApiKey old, DateTimeOffset now)
    {
        if (old.ExpiresAt is not { } expires || old.CreatedAt is not { } created)
        {
            return null;
        }

        // Other programs may have stored any creation time, even an infinite one.
        var lifetime = expires - (created < now ? created : now);
        return lifetime < DateTimeOffset.MaxValue - now ? now + lifetime : DateTimeOffset.MaxValue;
    }

    /// <summary>Adds a key with these properties and a new secret.</summary>
    private async Task<GeneratedApiKeyResponse> AddAsync(NewApiKey wanted, CancellationToken cancellationToken)
    {
        var text = ApiKeyText.New();
        var key = new ApiKey
        {
            UserId = wanted.UserId,
            KeyHash = ApiKeyText.HashHex(text),
            Name = wanted.Name,
            Prefix = ApiKeyText.Prefix(text),
            Scopes = wanted.Scopes,
            CreatedAt = wanted.CreatedAt,
            ExpiresAt = wanted.ExpiresAt,
            MonthlyQuota = wanted.MonthlyQuota,
        };
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(cancellationToken);
        return new(
            key.Id, key.Name, text, key.Prefix, key.Scopes, IsActive: true, key.CreatedAt, key.ExpiresAt, LastUsedAt: null,
            QuotaBody.Of(QuotaLimits.FromJson(key.MonthlyQuota)));
    }

    /// <summary>The properties of a key to add.</summary>
    private sealed record NewApiKey(
        Guid UserId, string? Name, string[] Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? MonthlyQuota);

    private static partial class Log
    {
        [LoggerMessage(2901, LogLevel.Information, "API key {KeyId} ({Prefix}…) of user {UserId} was created")]
        public static partial void Created(ILogger logger, Guid keyId, string? prefix, Guid userId);

        [LoggerMessage(2902, LogLevel.Information, "API key {KeyId} was replaced by {NewKeyId}, user {UserId}")]
        public static partial void Rotated(ILogger logger, Guid keyId, Guid newKeyId, Guid userId);

        [LoggerMessage(2903, LogLevel.Information, "API key {KeyId} of user {UserId} was revoked")]
        public static partial void Revoked(ILogger logger, Guid keyId, Guid userId);
    }
}
