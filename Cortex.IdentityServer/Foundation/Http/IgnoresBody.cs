namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A route that answers without a look at the body, whatever is in it or announced.</summary>
internal sealed record IgnoresBody;
