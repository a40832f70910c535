namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A table of this server's, or what stands in its place.</summary>
/// <remarks>
/// <c>Kind</c>: as in <c>pg_class.relkind</c>.
/// <c>IsInherited</c>: it has a parent or children.
/// <c>HidesRows</c>: row-level security lets this role see or write some rows only.
/// <c>CannotPublish</c>: a publication covers its changes, and nothing identifies its rows.
/// </remarks>
internal sealed record RelationFacts(
    string Name, string Schema, char Kind, char Persistence, bool IsPartition, bool IsInherited, string Owner, bool IsOwned, bool HidesRows,
    bool CannotPublish);
