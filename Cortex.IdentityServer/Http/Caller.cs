using System.Security.Claims;

namespace Cortex.IdentityServer.Http;

/// <summary>Names of claims, in access tokens and in the principals of both schemes.</summary>
internal static class CortexClaims
{
    public const string Subject = "sub";
    public const string SessionId = "sid";
    public const string ApiKeyId = "api_key_id";
    public const string Email = "email";
    public const string Tier = "subscription_tier";
    public const string Roles = "roles";

    /// <summary>Of principals only: present while the account's logins need a second factor.</summary>
    public const string TwoFactorEnabled = "two_factor_enabled";
    public const string Methods = "amr";
    public const string Scope = "scope";
}

/// <summary>Reads the caller from the principal, which authentication has proved.</summary>
internal static class Caller
{
    public static Guid UserId(this ClaimsPrincipal caller) => Guid.Parse(caller.FindFirstValue(CortexClaims.Subject)!);

    /// <summary>The caller's session; only behind <see cref="Policies.Session"/>.</summary>
    public static Guid SessionId(this ClaimsPrincipal caller) => Guid.Parse(caller.FindFirstValue(CortexClaims.SessionId)!);

    public static bool HasSession(this ClaimsPrincipal caller) => caller.HasClaim(claim => claim.Type == CortexClaims.SessionId);

    public static IEnumerable<string> Scopes(this ClaimsPrincipal caller) => caller.FindAll(CortexClaims.Scope).Select(claim => claim.Value);

    public static bool HasScope(this ClaimsPrincipal caller, string scope) => caller.HasClaim(CortexClaims.Scope, scope);

    /// <summary>
    /// Whether the account has a second factor that was proved in this session: a code, a passkey that checked its user, or the one that was turned on in it.
    /// </summary>
    public static bool HasSecondFactor(this ClaimsPrincipal caller) =>
        caller.HasClaim(claim => claim.Type == CortexClaims.TwoFactorEnabled) || caller.HasClaim(CortexClaims.Methods, "mfa");

    public static bool HasRole(this ClaimsPrincipal caller, string role) => caller.HasClaim(CortexClaims.Roles, role);
}
