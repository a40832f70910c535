using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>
/// The keys that sign and verify access tokens. There is one algorithm, and a token's header can only choose among this server's keys (RFC 8725 sections 3.1
/// and 3.10).
/// </summary>
internal sealed partial class SigningKeySet(
    SigningOptions options, SigningKeyTable table, Changes changes, ServerWatch server, TimeProvider clock,
    ILogger<SigningKeySet> logger)
    : IDisposable
{
    /// <summary>The minimum time between two queries that tokens with unknown keys cause, so that garbage can't cause a query each.</summary>
    private static readonly TimeSpan LookupInterval = TimeSpan.FromSeconds(5);

    /// <summary>The HS256 keys. They have no <c>kid</c>, so while JWT_SECRET_KEY is being rotated, each of them is tried.</summary>
    private readonly SymmetricSecurityKey[] _sharedKeys =
        [.. options.IsSymmetric ? options.SharedSecrets.Select(secret => new SymmetricSecurityKey(secret)) : []];

    private readonly SemaphoreSlim _lookupLock = new(1);

    private volatile IReadOnlyList<SigningKey> _pairs = [];
    private DateTimeOffset _lookedUpAt;

    public string Algorithm => options.Algorithm;

    /// <summary>The public keys for services that verify tokens; empty for HS256, where a verification key could also create tokens.</summary>
    public IEnumerable<PublicJwk> Published => _pairs.Select(pair => pair.Jwk);

    private SigningCredentials? SharedCredentials { get; } = options.IsSymmetric
        ? new(new SymmetricSecurityKey(options.SharedSecrets[0]), options.Algorithm)
        : null;

    /// <summary>The credentials that sign a token issued now.</summary>
    public SigningCredentials Current() =>
        SharedCredentials
            ?? SigningKeySchedule.Current(_pairs, clock.GetUtcNow())?.Credentials ?? throw new InvalidOperationException("There is no key to sign with.");

    /// <summary>The keys that may verify a token with this key id.</summary>
    public IEnumerable<SecurityKey> Find(string? kid) =>
        options.IsSymmetric ? _sharedKeys : _pairs.Where(pair => pair.Id == kid).Select(pair => pair.Public);

    /// <summary>Loads the keys that other replicas created, and creates and removes keys as due.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        if (options.IsSymmetric)
        {
            return;
        }

        await _lookupLock.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(cancellationToken);
        }
        finally
        {
            _lookupLock.Release();
        }
    }

    /// <summary>Queries whether another replica has just created this key, and returns whether it is known now.</summary>
    public async Task<bool> TryLoadAsync(string? kid)
    {
        if (options.IsSymmetric || string.IsNullOrEmpty(kid))
        {
            return false;
        }

        await _lookupLock.WaitAsync();
        try
        {
            if (!Find(kid).Any() && clock.GetUtcNow() - _lookedUpAt >= LookupInterval)
            {
                await ReadAsync(CancellationToken.None);
            }
        }
        catch (Exception failure) when (DatabaseFailure.In(failure) is not null)
        {
            server.ReportFailure(failure);
            Log.NotRead(logger, failure);
        }
        finally
        {
            // Set after the query rather than before it, so that requests that waited for a slow one don't start another.
            _lookedUpAt = clock.GetUtcNow();
            _lookupLock.Release();
        }

        return Find(kid).Any();
    }

    public void Dispose() => _lookupLock.Dispose();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var before = _pairs;
        _pairs = await table.RotateAsync(before, cancellationToken);
        var now = clock.GetUtcNow();
        if (before.Any(key => key.Row.KeptUntil > now && !Find(key.Id).Any()))
        {
            // The key was removed early because it leaked, so cached tokens that it signed must be validated again.
            changes.InvalidateAll();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2501, LogLevel.Warning, "Could not look up the signing key that a token names")]
        public static partial void NotRead(ILogger logger, Exception failure);
    }
}
