namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A foreign key of somebody else's table that forbids that a row of ours is deleted.</summary>
internal sealed record ReferenceFacts(string Table, string Target);
