using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>
/// The keys that access tokens are signed and checked with. There is one algorithm, and a header chooses among our own keys
/// at most (RFC 8725 sections 3.1 and 3.10).
/// </summary>
internal sealed partial class SigningKeySet(
    SigningOptions options, SigningKeyTable table, Changes changes, ServerWatch server, TimeProvider clock,
    ILogger<SigningKeySet> logger)
    : IDisposable
{
    /// <summary>Between two looks into the table that tokens with an unknown key caused: garbage must not become queries.</summary>
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(5);

    /// <summary>Without a <c>kid</c>: while JWT_SECRET_KEY is rotated the few there are get tried one after another.</summary>
    private readonly SymmetricSecurityKey[] _shared = [.. options.IsSymmetric ? options.SharedSecrets.Select(secret => new SymmetricSecurityKey(secret)) : []];

    private readonly SemaphoreSlim _turn = new(1);

    private volatile IReadOnlyList<SigningKey> _pairs = [];
    private DateTimeOffset _lookedAt;

    public string Algorithm => options.Algorithm;

    /// <summary>What services may check tokens with; nothing where that would let them make some.</summary>
    public IEnumerable<PublicJwk> Published => _pairs.Select(pair => pair.Jwk);

    private SigningCredentials? SharedCredentials { get; } = options.IsSymmetric
        ? new(new SymmetricSecurityKey(options.SharedSecrets[0]), options.Algorithm)
        : null;

    /// <summary>What a token made now is signed with.</summary>
    public SigningCredentials Current() =>
        SharedCredentials
            ?? SigningKeySchedule.Current(_pairs, clock.GetUtcNow())?.Credentials ?? throw new InvalidOperationException("There is no key to sign with.");

    /// <summary>What a token that names this key is checked with.</summary>
    public IEnumerable<SecurityKey> Find(string? kid) =>
        options.IsSymmetric ? _shared : _pairs.Where(pair => pair.Id == kid).Select(pair => pair.Public);

    /// <summary>Reads what other replicas made, and makes and removes what is due.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        if (options.IsSymmetric)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether a key that wasn't there a moment ago is there now: another replica may have just made it.</summary>
    public async Task<bool> LookAgainAsync(string? kid)
    {
        if (options.IsSymmetric || string.IsNullOrEmpty(kid))
        {
            return false;
        }

        await _turn.WaitAsync();
        try
        {
            if (!Find(kid).Any() && clock.GetUtcNow() - _lookedAt >= LookPause)
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
            // After the look and not before: whoever waited for one that took long doesn't start another.
            _lookedAt = clock.GetUtcNow();
            _turn.Release();
        }

        return Find(kid).Any();
    }

    public void Dispose() => _turn.Dispose();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var before = _pairs;
        _pairs = await table.RotateAsync(before, cancellationToken);
        var now = clock.GetUtcNow();
        if (before.Any(key => key.Row.KeptUntil > now && !Find(key.Id).Any()))
        {
            // Removed before its time, as it leaked: what is remembered of tokens that it signed is good no more.
            changes.EverythingChanged();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look up the signing key that a token names")]
        public static partial void NotRead(ILogger logger, Exception failure);
    }
}
