using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The token to introspect.</summary>
internal sealed record IntrospectRequest : IRequestBody, IExample<IntrospectRequest>
{
    /// <summary>An access token or an API key.</summary>
    [Required]
    public string Token { get; init; } = "";

    /// <summary>The token type hint of RFC 7662, which has no effect, because the server can tell its kinds of tokens apart.</summary>
    public string? TokenTypeHint { get; init; }

    public static IntrospectRequest Example => new() { Token = TokenResponse.Example.AccessToken };
}
