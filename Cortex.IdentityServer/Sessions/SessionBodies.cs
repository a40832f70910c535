using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Sessions;

/// <summary>The tokens that a login returns.</summary>
/// <param name="AccessToken">A JWT for <c>Authorization: Bearer</c>.</param>
/// <param name="TokenType">Always <c>bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="RefreshToken">Valid for one refresh; keep it secret. Absent if it is in the cookie.</param>
/// <param name="RefreshExpiresIn">Seconds until the refresh token expires if it isn't used.</param>
internal sealed record TokenResponse(
    string AccessToken,
    string TokenType,
    int ExpiresIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken,
    long RefreshExpiresIn);

/// <summary>The refresh token to use; empty if it is in the cookie.</summary>
internal sealed record RefreshRequest : IRequestBody
{
    /// <summary>The token of the last login or refresh.</summary>
    [MinLength(1)]
    [MaxLength(AccessTokens.LongestToken)]
    public string? RefreshToken { get; init; }
}

/// <summary>No fields: the session to end is the caller's.</summary>
internal sealed record LogoutRequest : IRequestBody;

/// <summary>A session that can still be used.</summary>
/// <param name="Id">Its id, for ending it.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastUsedAt">When it was last used or refreshed, to the minute.</param>
/// <param name="ExpiresAt">When it ends if it isn't refreshed.</param>
/// <param name="Ip">The IP address from which it was started.</param>
/// <param name="UserAgent">The user agent with which it was started.</param>
/// <param name="IsCurrent">Whether it is the session of this request.</param>
internal sealed record SessionResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Ip, string? UserAgent, bool IsCurrent);
