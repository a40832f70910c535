namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Thrown when another process is using the embedded PostgreSQL.</summary>
internal sealed class EmbeddedPostgresInUseException(string message, Exception inner) : EmbeddedPostgresException(message, inner);
