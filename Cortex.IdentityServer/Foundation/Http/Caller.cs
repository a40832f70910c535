using System.Security.Claims;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Reads the caller's claims from the authenticated principal.</summary>
internal static class Caller
{
    public static Guid UserId(this ClaimsPrincipal caller) => Guid.Parse(caller.FindFirstValue(CortexClaims.Subject)!);

    /// <summary>The id of the caller's session. Only routes behind <see cref="Policies.Session"/> may read it.</summary>
    public static Guid SessionId(this ClaimsPrincipal caller) => Guid.Parse(caller.FindFirstValue(CortexClaims.SessionId)!);

    public static bool HasSession(this ClaimsPrincipal caller) => caller.HasClaim(claim => claim.Type == CortexClaims.SessionId);

    public static IEnumerable<string> Scopes(this ClaimsPrincipal caller) => caller.FindAll(CortexClaims.Scope).Select(claim => claim.Value);

    public static bool HasScope(this ClaimsPrincipal caller, string scope) => caller.HasClaim(CortexClaims.Scope, scope);

    /// <summary>
    /// Whether this session proved a second factor that the account still has. TOTP counts because every login requires it once it is enabled, except for the
    /// session that enabled it. A passkey counts if the session began with one that proved both factors.
    /// </summary>
    public static bool HasSecondFactor(this ClaimsPrincipal caller) =>
        caller.HasClaim(CortexClaims.SecondFactor, SecondFactors.Totp)
        || (caller.HasClaim(CortexClaims.SecondFactor, SecondFactors.Passkey) && caller.HasClaim(CortexClaims.Methods, "hwk")
            && caller.HasClaim(CortexClaims.Methods, "mfa"));

    public static bool HasRole(this ClaimsPrincipal caller, string role) => caller.HasClaim(CortexClaims.Roles, role);
}
