namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An example for the OpenAPI document of a route's response with one status, where the example of the body's type doesn't fit.</summary>
internal sealed record ResponseExample(int Status, object Body);
