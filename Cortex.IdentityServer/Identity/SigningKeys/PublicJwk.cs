using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>The public key that verifies access tokens, as a JWK (RFC 7517). It has no members for private keys.</summary>
internal sealed record PublicJwk
{
    /// <summary>The key type: <c>EC</c> or <c>RSA</c>.</summary>
    public required string Kty { get; init; }

    /// <summary>Always <c>sig</c>: the key verifies signatures.</summary>
    public required string Use { get; init; }

    /// <summary>The only algorithm that the key is used with, <c>ES256</c> or <c>RS256</c>.</summary>
    public required string Alg { get; init; }

    /// <summary>The key's RFC 7638 thumbprint, which the header of a token names.</summary>
    public required string Kid { get; init; }

    /// <summary>The curve, <c>P-256</c>, of an EC key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Crv { get; init; }

    /// <summary>The x coordinate of an EC key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? X { get; init; }

    /// <summary>The y coordinate of an EC key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Y { get; init; }

    /// <summary>The modulus of an RSA key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? N { get; init; }

    /// <summary>The public exponent of an RSA key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? E { get; init; }
}
