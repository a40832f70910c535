namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>A migration that waits for the operator; the message says for what, in one line.</summary>
internal sealed class MigrationRefusedException(string message) : Exception(message);
