namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Thrown when the operator has to act before a migration can run. The message says what to do.</summary>
internal sealed class MigrationRefusedException(string message) : Exception(message);
