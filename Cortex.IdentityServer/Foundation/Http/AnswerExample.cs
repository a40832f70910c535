namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>What the body of one status of a route looks like, where the example of its type doesn't fit; for the OpenAPI document.</summary>
internal sealed record AnswerExample(int Status, object Body);
