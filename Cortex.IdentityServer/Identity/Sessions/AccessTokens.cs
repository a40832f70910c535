using System.Globalization;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.SigningKeys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Issues and validates access tokens: JWTs of type <c>at+jwt</c> (RFC 9068) that name a session.</summary>
internal sealed class AccessTokens(SigningKeySet keys, SessionSettings options, HttpOptions http, TimeProvider clock)
{
    private const string Type = "at+jwt";

    /// <summary>The maximum length of a token. Longer texts aren't even decoded.</summary>
    public const int MaxTokenLength = 4096;

    /// <summary>The validation parameters. Every default that could let an invalid token pass is set explicitly.</summary>
    public TokenValidationParameters Validation { get; } = new AccessTokenValidation(keys)
    {
        ValidTypes = [Type],
        TryAllIssuerSigningKeys = false,
        ValidateIssuerSigningKey = true,
        ValidIssuer = http.Issuer,
        ValidAudience = options.Audience,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ClockSkew = SignedTokens.ClockSkew,
        LifetimeValidator = (notBefore, expires, _, _) => IsCurrent(notBefore, expires, clock.GetUtcNow().UtcDateTime),
        NameClaimType = CortexClaims.Subject,
        RoleClaimType = CortexClaims.Roles,
        AuthenticationType = AuthenticationSchemes.Bearer,
    };

    /// <summary>The handler, which keeps claim names as they are in the token.</summary>
    public static JsonWebTokenHandler Handler { get; } = new AccessTokenHandler
    {
        MapInboundClaims = false,
        MaximumTokenSizeInBytes = MaxTokenLength,
        SetDefaultTimesOnTokenCreation = false,
    };

    public string Issue(SessionUser user, Guid sessionId, IReadOnlyList<string> methods)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = http.Issuer,
            Audience = options.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + SignedTokens.Lifetime,
            SigningCredentials = keys.Current(),
            Claims = new Dictionary<string, object>
            {
                [CortexClaims.Subject] = user.Id.ToString(),
                [CortexClaims.SessionId] = sessionId.ToString(),
                [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString(),
                [CortexClaims.Email] = user.Email,
                [CortexClaims.Tier] = user.Tier,
                [CortexClaims.Roles] = user.Roles,
                [CortexClaims.Methods] = methods,
            },
        });
    }

    /// <summary>Whether the key that signed a token is still in use and hasn't been revoked.</summary>
    public bool HasKey(string? keyId) => keys.Find(keyId).Any();

    /// <summary>Whether the token names a user and a session, as all of this server's tokens do.</summary>
    public static bool HasRequiredIds(ClaimsIdentity identity) =>
        Guid.TryParse(identity.FindFirst(CortexClaims.Subject)?.Value, out _) && Guid.TryParse(identity.FindFirst(CortexClaims.SessionId)?.Value, out _);

    public static Guid UserId(ClaimsIdentity identity) => Guid.Parse(identity.FindFirst(CortexClaims.Subject)!.Value);

    public static Guid SessionId(ClaimsIdentity identity) => Guid.Parse(identity.FindFirst(CortexClaims.SessionId)!.Value);

    /// <summary>Reads a NumericDate claim (RFC 7519 section 2), in seconds.</summary>
    public static long ReadSeconds(ClaimsIdentity identity, string claim) =>
        long.Parse(identity.FindFirst(claim)!.Value, CultureInfo.InvariantCulture);

    private static bool IsCurrent(DateTime? notBefore, DateTime? expires, DateTime now)
    {
        if (expires is null)
        {
            return false;
        }

        if (now > expires + SignedTokens.ClockSkew)
        {
            // Throw instead of returning false, so that the caller can tell an expired token from an invalid one.
            throw new SecurityTokenExpiredException { Expires = expires.Value };
        }

        return notBefore is null || now >= notBefore - SignedTokens.ClockSkew;
    }
}
