using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>The public half of a key that signs access tokens (RFC 7517), and no member that could hold a private one.</summary>
internal sealed record PublicJwk
{
    /// <summary><c>EC</c> or <c>RSA</c>.</summary>
    public required string Kty { get; init; }

    /// <summary><c>sig</c>: it checks signatures.</summary>
    public required string Use { get; init; }

    /// <summary>The one algorithm that it is used with, <c>ES256</c> or <c>RS256</c>.</summary>
    public required string Alg { get; init; }

    /// <summary>Its RFC 7638 thumbprint, which a token's header names.</summary>
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
