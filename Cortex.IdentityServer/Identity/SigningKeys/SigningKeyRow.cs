namespace Cortex.IdentityServer.Identity.SigningKeys;

/// <summary>A key pair that signs access tokens, shared by all replicas.</summary>
internal sealed class SigningKeyRow
{
    /// <summary>The key's <c>kid</c>: its RFC 7638 thumbprint.</summary>
    public required string Id { get; init; }

    /// <summary><c>ES256</c> or <c>RS256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The public half, a JWK (RFC 7517).</summary>
    public required string PublicJwk { get; init; }

    /// <summary>The private half, encrypted under SECRET_KEY.</summary>
    public required string PrivateKey { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it signs; it is published before.</summary>
    public DateTimeOffset UsedFrom { get; init; }

    /// <summary>When the next one takes over.</summary>
    public DateTimeOffset UsedUntil { get; init; }

    /// <summary>When the last token that it signed has ended.</summary>
    public DateTimeOffset KeptUntil { get; init; }
}
