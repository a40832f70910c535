namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Checks that each of the server's names is an ordinary table that the role owns, and that the role can see all of its rows.</summary>
internal static class RelationChecks
{
    public static void Check(Catalog catalog, FindingCollector findings)
    {
        foreach (var relation in catalog.Relations)
        {
            if (relation.Schema != catalog.Server.Schema)
            {
                findings.AddRefusal(
                    $"The name {relation.Name} resolves to the schema {relation.Schema}, but this server's tables are in {catalog.Server.Schema}. "
                    + $"Rename {Catalog.Quote(relation.Schema)}.{Catalog.Quote(relation.Name)}, or change the role's search_path.");
            }

            if (relation.HidesRows)
            {
                findings.AddRefusal(HiddenRowsRefusal(relation.Name, catalog.Server.Role));
            }
        }

        foreach (var relation in catalog.Relations.Where(relation => OwnTables.Documented.Contains(relation.Name)))
        {
            if (RefusalFor(relation) is { } reason)
            {
                findings.AddRefusal(reason);
            }
        }

        foreach (var relation in catalog.Relations.Where(relation => relation is { IsOwned: false, Kind: 'r' or 'p' }))
        {
            findings.AddRefusal(
                $"The table {relation.Name} is owned by the role {relation.Owner}, and only its owner can add columns and triggers to it. "
                + $"Run migrate as {relation.Owner}, or run GRANT {Catalog.Quote(relation.Owner)} TO {Catalog.Quote(catalog.Server.Role)}.");
        }

        foreach (var relation in catalog.Relations.Where(relation => relation.CannotPublish))
        {
            findings.AddRefusal(
                $"A publication includes the table {relation.Name}, which has no replica identity, so every UPDATE and DELETE would fail. "
                + $"Run ALTER TABLE {catalog.NameOf(relation.Name)} REPLICA IDENTITY DEFAULT.");
        }
    }

    public static string HiddenRowsRefusal(string table, string role) =>
        $"Row-level security hides rows of the table {table} from the role {role}, so logins and registrations would fail. "
        + $"Add a policy for all rows (CREATE POLICY … ON {Catalog.Quote(table)} TO {Catalog.Quote(role)} USING (true)), give the role BYPASSRLS, "
        + $"or run ALTER TABLE {Catalog.Quote(table)} DISABLE ROW LEVEL SECURITY (if the role owns the table, NO FORCE ROW LEVEL SECURITY is enough).";

    private static string? RefusalFor(RelationFacts relation) => relation switch
    {
        { Kind: not ('r' or 'p') } =>
            $"{Describe(relation)} isn't an ordinary table, so columns, keys and triggers can't be added to it. "
            + "Rename it, or put the table itself in its place.",
        { IsPartition: true } => $"The table {relation.Name} is a partition of another table. Detach it, or rename it.",
        { Kind: 'p', Name: not "usage_logs" } =>
            $"The table {relation.Name} is partitioned and so can't have the keys that this server needs. Copy it into an ordinary table.",
        { Kind: 'r', IsInherited: true } =>
            $"The table {relation.Name} is part of an inheritance tree, across which no key is enforced. Separate the tables: ALTER TABLE … NO INHERIT ….",
        { Persistence: 'u' } =>
            $"The table {relation.Name} is unlogged, so a crash would empty it. "
            + $"Run ALTER TABLE {Catalog.Quote(relation.Schema)}.{Catalog.Quote(relation.Name)} SET LOGGED.",
        { Persistence: 't' } => $"The table {relation.Name} is temporary. Use a permanent one.",
        _ => null,
    };

    private static string Describe(RelationFacts relation) => relation.Kind switch
    {
        'v' => $"The view {relation.Name}",
        'm' => $"The materialized view {relation.Name}",
        'f' => $"The foreign table {relation.Name}",
        'S' => $"The sequence {relation.Name}",
        'i' or 'I' => $"The index {relation.Name}",
        'c' => $"The type {relation.Name}",
        _ => $"The table {relation.Name}",
    };
}
