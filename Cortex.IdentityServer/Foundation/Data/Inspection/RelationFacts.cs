namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A table of this server, or another relation that has its name.</summary>
/// <remarks>
/// <c>Kind</c>: <c>pg_class.relkind</c>.
/// <c>IsInherited</c>: it has an inheritance parent or children.
/// <c>HidesRows</c>: row-level security limits the rows that this role can read or write.
/// <c>CannotPublish</c>: a publication covers its changes, but it has no replica identity.
/// </remarks>
internal sealed record RelationFacts(
    string Name, string Schema, char Kind, char Persistence, bool IsPartition, bool IsInherited, string Owner, bool IsOwned, bool HidesRows,
    bool CannotPublish);
