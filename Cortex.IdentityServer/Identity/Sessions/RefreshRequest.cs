using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The refresh token to use; leave it out if the token is in the cookie.</summary>
internal sealed record RefreshRequest : IRequestBody, IExample<RefreshRequest>
{
    /// <summary>The token from the last login or refresh.</summary>
    [MinLength(1)]
    [MaxLength(AccessTokens.MaxTokenLength)]
    public string? RefreshToken { get; init; }

    public static RefreshRequest Example => new() { RefreshToken = TokenResponse.Example.RefreshToken };
}
