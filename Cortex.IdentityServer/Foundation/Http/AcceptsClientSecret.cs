namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Marks a route where OAuth clients may authenticate with an API key as their client secret.</summary>
internal sealed record AcceptsClientSecret;
