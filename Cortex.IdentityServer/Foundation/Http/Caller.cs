using System.Security.Claims;

namespace Cortex.IdentityServer.Foundation.Http;

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
    /// Whether the account has a second factor now that this session proved: codes, which every login then asks for, if it wasn't this very session that turned
    /// them on; or a passkey, if the login was by one and proved both factors.
    /// </summary>
    public static bool HasSecondFactor(this ClaimsPrincipal caller) =>
        caller.HasClaim(CortexClaims.SecondFactor, SecondFactors.Totp)
        || (caller.HasClaim(CortexClaims.SecondFactor, SecondFactors.Passkey) && caller.HasClaim(CortexClaims.Methods, "hwk")
            && caller.HasClaim(CortexClaims.Methods, "mfa"));

    public static bool HasRole(this ClaimsPrincipal caller, string role) => caller.HasClaim(CortexClaims.Roles, role);
}
