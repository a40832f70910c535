using System.Security.Claims;
using BenchmarkDotNet.Attributes;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.SigningKeys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Benchmarks.Micro;

/// <summary>Measures the first validation of an access token (signature and claims, without the session's query) and the lookup of a cached one.</summary>
public class TokenBenchmarks
{
    private const string Issuer = "http://localhost:5000";
    private const string Audience = "cortex";
    private const string Type = "at+jwt";

    private string _token = "";
    private TokenValidationParameters _rules = new();
    private CredentialCache<VerifiedToken> _cache = null!;

    [Params("HS256", "ES256", "RS256")]
    public string Algorithm { get; set; } = "";

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var (credentials, key) = Keys();
        var user = new SessionUser(Guid.NewGuid(), "ada@example.com", "free", []);
        _token = AccessTokens.Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = Issuer,
            Audience = Audience,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(12),
            SigningCredentials = credentials,
            Claims = new Dictionary<string, object>
            {
                [CortexClaims.Subject] = user.Id.ToString(),
                [CortexClaims.SessionId] = Guid.NewGuid().ToString(),
                [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString(),
                [CortexClaims.Email] = user.Email,
                [CortexClaims.Tier] = user.Tier,
                [CortexClaims.Methods] = AuthenticationMethods,
            },
        });
        _rules = new()
        {
            ValidTypes = [Type],
            ValidAlgorithms = [Algorithm],
            IssuerSigningKey = key,
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            NameClaimType = CortexClaims.Subject,
            RoleClaimType = CortexClaims.Roles,
        };

        var changes = new Changes(TimeSpan.Zero, TimeProvider.System);
        changes.MarkInSync();
        _cache = new(changes, new(), TimeProvider.System, maxEntries: 100);
        var live = new SessionStatus.Live(user, Factors: [], DateTimeOffset.MaxValue);
        var claims = await ValidateAsync();
        await _cache.QueryAsync(_token, (_, _) => Task.FromResult<VerifiedToken?>(new(claims, keyId: null, live)), CancellationToken.None);
    }

    [Benchmark(Baseline = true)]
    public async Task<ClaimsIdentity> ValidateAsync()
    {
        var result = await AccessTokens.Handler.ValidateTokenAsync(_token, _rules);
        return result.IsValid ? result.ClaimsIdentity : throw result.Exception;
    }

    [Benchmark]
    public ClaimsPrincipal Cached() =>
        _cache.TryGet(_token, out var known) && known.RefusalAt(TimeProvider.System.GetUtcNow()) is null
            ? known.Caller
            : throw new InvalidOperationException("The token is no longer cached.");

    [GlobalCleanup]
    public void CleanUp() => _cache.Dispose();

    private static readonly string[] AuthenticationMethods = ["pwd"];

    private (SigningCredentials Credentials, SecurityKey Key) Keys()
    {
        if (Algorithm == SecurityAlgorithms.HmacSha256)
        {
            var secret = new SymmetricSecurityKey(System.Security.Cryptography.RandomNumberGenerator.GetBytes(48));
            return (new(secret, Algorithm), secret);
        }

        var (jwk, pkcs8) = SigningKeyFormat.New(Algorithm);
        var json = System.Text.Json.JsonSerializer.Serialize(jwk, SigningKeysJson.Default.PublicJwk);
        return (SigningKeyFormat.ReadPrivate(pkcs8, Algorithm, jwk.Kid), SigningKeyFormat.ReadPublic(json, jwk.Kid)!.Value.Key);
    }
}
