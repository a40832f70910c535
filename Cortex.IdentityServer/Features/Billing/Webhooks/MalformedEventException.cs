namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>An event that no retry can help, because its content isn't what Polar documents.</summary>
/// <param name="message">What is wrong, without any value of the event.</param>
internal sealed class MalformedEventException(string message) : Exception(message);
