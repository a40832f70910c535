namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A function of the server that another role owns.</summary>
internal sealed record FunctionFacts(string Name, string Signature, string Owner);
