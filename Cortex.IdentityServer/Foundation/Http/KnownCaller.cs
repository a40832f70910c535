using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The authenticated caller. It is created once for each credential and shared by its requests, so it must never change.</summary>
internal sealed class KnownCaller : ClaimsPrincipal
{
    /// <param name="identity">An identity with a subject that one of the two schemes has authenticated.</param>
    public KnownCaller(ClaimsIdentity identity)
        : base(identity)
    {
        Scheme = identity.AuthenticationType!;
        Subject = identity.FindFirst(CortexClaims.Subject)!.Value;
        Email = identity.FindFirst(CortexClaims.Email)?.Value;
        Tier = identity.FindFirst(CortexClaims.Tier)?.Value;
        GrantedScopes = [.. identity.FindAll(CortexClaims.Scope).Select(claim => claim.Value)];
        ApiKeyId = identity.FindFirst(CortexClaims.ApiKeyId)?.Value is { } id ? Guid.Parse(id) : null;
        Authenticated = AuthenticateResult.Success(new(this, Scheme));
    }

    /// <summary>The scheme that authenticated the caller (<see cref="AuthenticationSchemes"/>).</summary>
    public string Scheme { get; }

    /// <summary>The user's id.</summary>
    public string Subject { get; }

    public string? Email { get; }

    /// <summary>The user's subscription tier.</summary>
    public string? Tier { get; }

    /// <summary>The scopes of an API key. Access tokens have none.</summary>
    public string[] GrantedScopes { get; }

    /// <summary>The id of the API key that authenticated the caller; null for an access token.</summary>
    public Guid? ApiKeyId { get; }

    /// <summary>The verified credential, for components that know its type.</summary>
    public object? Credential { get; init; }

    /// <summary>The result of authentication, shared by all requests.</summary>
    public AuthenticateResult Authenticated { get; }
}
