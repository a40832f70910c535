using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The tokens that a login returns.</summary>
/// <param name="AccessToken">A JWT for <c>Authorization: Bearer</c>.</param>
/// <param name="TokenType">Always <c>bearer</c>.</param>
/// <param name="ExpiresIn">The number of seconds until the access token expires.</param>
/// <param name="RefreshToken">The refresh token, which is valid for one refresh and must be kept secret. Absent if it is in the cookie.</param>
/// <param name="RefreshExpiresIn">The number of seconds until the refresh token expires if it isn't used.</param>
internal sealed record TokenResponse(
    string AccessToken,
    string TokenType,
    int ExpiresIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken,
    long RefreshExpiresIn) : IExample<TokenResponse>
{
    public static TokenResponse Example => new(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.…", "bearer", 1800, "ctr_AZrW0tq7c0OQv2b7pM1xTAAAAAE…", 2_592_000);
}
