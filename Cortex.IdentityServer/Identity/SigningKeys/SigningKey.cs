using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>A key pair for signing and verifying access tokens, ready for use.</summary>
/// <param name="Row">The row that stores the key pair.</param>
/// <param name="Jwk">The public key as services fetch it.</param>
/// <param name="Public">The public key, for verifying.</param>
/// <param name="Credentials">The private key, for signing; null if it can't be decrypted.</param>
internal sealed record SigningKey(SigningKeyRow Row, PublicJwk Jwk, SecurityKey Public, SigningCredentials? Credentials)
{
    public string Id => Row.Id;
}
