namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Thrown when another process is using the embedded PostgreSQL.</summary>
internal sealed class EmbeddedPostgresTakenException(string message, Exception inner) : EmbeddedPostgresException(message, inner);
