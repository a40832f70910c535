namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>A setting that stops the server; the message is for the person who starts it, without a stack trace.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
