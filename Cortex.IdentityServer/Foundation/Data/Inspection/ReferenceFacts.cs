namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A foreign key of the owner's own table that prevents the deletion of rows in a documented table.</summary>
internal sealed record ReferenceFacts(string Table, string Target);
