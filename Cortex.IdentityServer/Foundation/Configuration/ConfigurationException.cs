namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>Thrown when the settings don't allow the server to start. The operator sees the message without a stack trace.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
