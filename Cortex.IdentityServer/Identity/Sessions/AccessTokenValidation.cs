using Cortex.IdentityServer.Identity.SigningKeys;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>The validation parameters of access tokens, with the keys that verify them.</summary>
internal sealed class AccessTokenValidation : TokenValidationParameters
{
    public AccessTokenValidation(SigningKeySet keys)
    {
        Keys = keys;
        ValidAlgorithms = [keys.Algorithm];
        IssuerSigningKeyResolver = (_, _, kid, _) => keys.Find(kid);
    }

    private AccessTokenValidation(AccessTokenValidation other)
        : base(other) => Keys = other.Keys;

    public SigningKeySet Keys { get; }

    public override TokenValidationParameters Clone() => new AccessTokenValidation(this) { IsClone = true };
}
