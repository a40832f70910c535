namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>A key pair that signs access tokens, shared by all replicas.</summary>
internal sealed class SigningKeyRow
{
    /// <summary>The key's <c>kid</c>: its RFC 7638 thumbprint.</summary>
    public required string Id { get; init; }

    /// <summary><c>ES256</c> or <c>RS256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The public key, as a JWK (RFC 7517).</summary>
    public required string PublicJwk { get; init; }

    /// <summary>The private key, encrypted under SECRET_KEY.</summary>
    public required string PrivateKey { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the key starts signing; it is published earlier.</summary>
    public DateTimeOffset UsedFrom { get; init; }

    /// <summary>When the next key takes over.</summary>
    public DateTimeOffset UsedUntil { get; init; }

    /// <summary>When the last token that the key signed has expired.</summary>
    public DateTimeOffset KeptUntil { get; init; }
}
