using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>A key pair that access tokens are signed and checked with, ready for use.</summary>
/// <param name="Row">What the table says of it.</param>
/// <param name="Jwk">The public half as services get it.</param>
/// <param name="Public">The public half, which checks.</param>
/// <param name="Credentials">The private half, which signs; null where it can't be decrypted.</param>
internal sealed record SigningKey(SigningKeyRow Row, PublicJwk Jwk, SecurityKey Public, SigningCredentials? Credentials)
{
    public string Id => Row.Id;
}
