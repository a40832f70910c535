using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Who calls, as a credential proved it: made once for each credential and shared by its requests, so never changed.</summary>
internal sealed class KnownCaller : ClaimsPrincipal
{
    /// <param name="identity">Authenticated by one of the two schemes, with a subject.</param>
    public KnownCaller(ClaimsIdentity identity)
        : base(identity)
    {
        Scheme = identity.AuthenticationType!;
        Subject = identity.FindFirst(CortexClaims.Subject)!.Value;
        Email = identity.FindFirst(CortexClaims.Email)?.Value;
        Tier = identity.FindFirst(CortexClaims.Tier)?.Value;
        GrantedScopes = [.. identity.FindAll(CortexClaims.Scope).Select(claim => claim.Value)];
        Authenticated = AuthenticateResult.Success(new(this, Scheme));
    }

    /// <summary>The scheme that proved it (<see cref="AuthenticationSchemes"/>).</summary>
    public string Scheme { get; }

    /// <summary>The user's id.</summary>
    public string Subject { get; }

    public string? Email { get; }

    /// <summary>The user's subscription tier.</summary>
    public string? Tier { get; }

    /// <summary>The scopes of an API key; an access token has none.</summary>
    public string[] GrantedScopes { get; }

    /// <summary>What authentication answers for it.</summary>
    public AuthenticateResult Authenticated { get; }
}
