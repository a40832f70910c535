namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Why the server rejected a credential, for the challenge of its scheme (RFC 6750 section 3.1).</summary>
/// <param name="Scheme">The scheme that the client used.</param>
/// <param name="Error">The error code, or null for a scheme that defines none.</param>
/// <param name="Description">A short sentence in ASCII.</param>
internal sealed record CredentialError(string Scheme, string? Error, string? Description = null);
