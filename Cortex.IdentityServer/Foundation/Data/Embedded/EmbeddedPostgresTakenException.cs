namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Another process owns the embedded PostgreSQL.</summary>
internal sealed class EmbeddedPostgresTakenException(string message, Exception inner) : EmbeddedPostgresException(message, inner);
