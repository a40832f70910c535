using System.Text.Json;
using Cortex.IdentityServer.Foundation.Data;
using Microsoft.EntityFrameworkCore;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>Reads and writes the signing keys that all replicas share. Whichever replica finds work due creates, reencrypts, and removes keys.</summary>
internal sealed partial class SigningKeyTable(
    IServiceScopeFactory scopes, SigningKeyCipher cipher, SigningOptions options, TimeProvider clock, ILogger<SigningKeyTable> logger)
{
    /// <summary>The advisory lock's key: "cortexky" in ASCII, distinct from the migrator's.</summary>
    private const long LockKey = 0x636F727465786B79;

    /// <summary>Does the work that is due and returns the keys of the current algorithm. Keys that are already known aren't decrypted again.</summary>
    public async Task<IReadOnlyList<SigningKey>> RotateAsync(IReadOnlyList<SigningKey> known, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
        var now = clock.GetUtcNow();
        var rows = await ReadRowsAsync(db, cancellationToken);
        IReadOnlyList<SigningKey> keys = Open(rows, known);
        if (SigningKeySchedule.NextUse(keys, now, options) is null && !rows.Any(row => row.KeptUntil <= now) && !keys.Any(IsUnderOldSecret))
        {
            return keys;
        }

        // Replicas that start or rotate at the same time create one key: the others wait here and find it created.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        keys = await LockAsync(db, keys, cancellationToken);
        if (SigningKeySchedule.NextUse(keys, now, options) is { } use)
        {
            await AddAsync(db, use, SigningKeySchedule.Last(keys), cancellationToken);
        }

        await ReencryptAsync(db, keys, cancellationToken);
        await db.SigningKeySet.Where(row => row.KeptUntil <= now).ExecuteDeleteAsync(cancellationToken);
        rows = await ReadRowsAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return Open(rows, keys);
    }

    /// <summary>Locks the keys until the caller's transaction ends, and returns those of the current algorithm.</summary>
    public async Task<IReadOnlyList<SigningKey>> LockAsync(CortexDbContext db, IReadOnlyList<SigningKey> known, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        return Open(await ReadRowsAsync(db, cancellationToken), known);
    }

    /// <summary>Creates a key that takes over from the last one. The caller's transaction must hold the lock.</summary>
    /// <returns>The new key's <c>kid</c>.</returns>
    public async Task<string> AddAsync(CortexDbContext db, DateTimeOffset use, SigningKey? last, CancellationToken cancellationToken)
    {
        var (publicHalf, privateHalf) = SigningKeyFormat.New(options.Algorithm);
        var end = use + options.Period;
        db.SigningKeySet.Add(new()
        {
            Id = publicHalf.Kid,
            Algorithm = options.Algorithm,
            PublicJwk = JsonSerializer.Serialize(publicHalf, SigningKeysJson.Default.PublicJwk),
            PrivateKey = cipher.Encrypt(publicHalf.Kid, privateHalf),
            CreatedAt = clock.GetUtcNow(),
            UsedFrom = use,
            UsedUntil = end,
            KeptUntil = SigningKeySchedule.KeptUntil(end),
        });
        await db.SaveChangesAsync(cancellationToken);
        if (last?.Row.UsedFrom < use)
        {
            var kept = SigningKeySchedule.KeptUntil(use);
            await db.SigningKeySet.Where(row => row.Id == last.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedUntil, use).SetProperty(row => row.KeptUntil, kept), cancellationToken);
        }

        Log.Created(logger, publicHalf.Kid, options.Algorithm, use);
        return publicHalf.Kid;
    }

    private static Task<List<SigningKeyRow>> ReadRowsAsync(CortexDbContext db, CancellationToken cancellationToken) =>
        db.SigningKeySet.AsNoTracking().OrderBy(row => row.UsedFrom).ThenBy(row => row.Id).ToListAsync(cancellationToken);

    /// <summary>Reencrypts keys that are under an old SECRET_KEY, so that they survive when it is dropped.</summary>
    private async Task ReencryptAsync(CortexDbContext db, IEnumerable<SigningKey> keys, CancellationToken cancellationToken)
    {
        foreach (var row in keys.Where(IsUnderOldSecret).Select(key => key.Row))
        {
            var renewed = cipher.Reencrypt(row.Id, row.PrivateKey)!;
            await db.SigningKeySet.Where(stored => stored.Id == row.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(stored => stored.PrivateKey, renewed), cancellationToken);
        }
    }

    /// <remarks>Returns false for a key under a secret that only other replicas have. Otherwise, two replicas would reencrypt it in turns forever.</remarks>
    private bool IsUnderOldSecret(SigningKey key) => cipher.Reencrypt(key.Id, key.Row.PrivateKey) is { } renewed && renewed != key.Row.PrivateKey;

    private List<SigningKey> Open(IEnumerable<SigningKeyRow> rows, IReadOnlyList<SigningKey> known) =>
        [.. rows.Where(row => row.Algorithm == options.Algorithm).Select(row => Open(row, known.FirstOrDefault(key => key.Id == row.Id))).OfType<SigningKey>()];

    private SigningKey? Open(SigningKeyRow row, SigningKey? known)
    {
        // A decrypted key stays valid. One that couldn't be decrypted is retried only after another replica has reencrypted it.
        if (known is not null && (known.Credentials is not null || known.Row.PrivateKey == row.PrivateKey))
        {
            return known with { Row = row };
        }

        if (SigningKeyFormat.ReadPublic(row.PublicJwk, row.Id) is not var (jwk, publicKey))
        {
            Log.Unreadable(logger, row.Id);
            return null;
        }

        if (!cipher.TryDecrypt(row.Id, row.PrivateKey, out var pkcs8))
        {
            Log.Undecryptable(logger, row.Id);
            return new(row, jwk, publicKey, Credentials: null);
        }

        return new(row, jwk, publicKey, SigningKeyFormat.ReadPrivate(pkcs8, row.Algorithm, row.Id));
    }

    private static partial class Log
    {
        [LoggerMessage(2502, LogLevel.Information, "Created signing key {Kid} for {Algorithm}, which signs tokens from {UsedFrom:O} on")]
        public static partial void Created(ILogger logger, string kid, string algorithm, DateTimeOffset usedFrom);

        [LoggerMessage(2503, LogLevel.Error, "Signing key {Kid} can't be decrypted and now only verifies tokens: was SECRET_KEY changed?")]
        public static partial void Undecryptable(ILogger logger, string kid);

        [LoggerMessage(2504, LogLevel.Error, "Signing key {Kid} isn't used: its row doesn't contain the public key with this id")]
        public static partial void Unreadable(ILogger logger, string kid);
    }
}
