using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Sessions;

/// <summary>What a login is worth.</summary>
/// <param name="AccessToken">A JWT for <c>Authorization: Bearer</c>.</param>
/// <param name="TokenType">Always <c>bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="RefreshToken">Good for one refresh; keep it secret. Not there if it is in the cookie.</param>
/// <param name="RefreshExpiresIn">Seconds until the refresh token expires if it isn't used.</param>
internal sealed record TokenResponse(
    string AccessToken,
    string TokenType,
    int ExpiresIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken,
    long RefreshExpiresIn);

/// <summary>A refresh token to be spent; nothing where it is in the cookie.</summary>
internal sealed record RefreshRequest : IRequestBody
{
    /// <summary>The token of the last login or refresh.</summary>
    [MinLength(1)]
    [MaxLength(AccessTokens.LongestToken)]
    public string? RefreshToken { get; init; }
}

/// <summary>Nothing: the session to end is the caller's.</summary>
internal sealed record LogoutRequest : IRequestBody;

/// <summary>A login that is still good.</summary>
/// <param name="Id">To end it with.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastUsedAt">When it was last used or refreshed, to the minute.</param>
/// <param name="ExpiresAt">When it ends if it isn't refreshed.</param>
/// <param name="Ip">Where it was started from.</param>
/// <param name="UserAgent">What it was started with.</param>
/// <param name="IsCurrent">Whether it is the one that asks.</param>
internal sealed record SessionResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Ip, string? UserAgent, bool IsCurrent);
