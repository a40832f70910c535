using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.Sessions;

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
