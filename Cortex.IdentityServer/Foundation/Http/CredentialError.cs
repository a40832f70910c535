namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>What was wrong with the credential that came, for the challenge of its scheme (RFC 6750 section 3.1).</summary>
/// <param name="Scheme">The scheme by which it came.</param>
/// <param name="Error">The machine word; null for a scheme that has none.</param>
/// <param name="Description">A short sentence in ASCII.</param>
internal sealed record CredentialError(string Scheme, string? Error, string? Description = null);
