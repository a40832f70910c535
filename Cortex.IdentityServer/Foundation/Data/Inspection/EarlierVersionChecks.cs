using Cortex.IdentityServer.Migrations;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Finds objects of an earlier version of this server that were changed since, so that pending migrations couldn't replace them.</summary>
internal static class EarlierVersionChecks
{
    public static void Check(Catalog catalog, PlannedNames planned, FindingCollector findings)
    {
        // A function that no applied migration created is already refused because of its name.
        foreach (var function in catalog.ForeignFunctions.Where(function => !planned.Functions.Contains(function.Name)))
        {
            findings.AddRefusal(
                $"The function {function.Signature} is owned by the role {function.Owner}, and only its owner can replace it. "
                + $"Run migrate as {function.Owner}, or run ALTER FUNCTION {function.Signature} OWNER TO {Catalog.Quote(catalog.Server.Role)}.");
        }

        if (planned.Changed.Contains("roles") && !planned.Relations.Contains("roles")
            && catalog.Relations.Any(relation => relation is { Name: "roles", IsOwned: true }))
        {
            CheckRoles(catalog.NameOf("roles"), findings);
        }
    }

    private static void CheckRoles(string table, FindingCollector findings) => findings.Query(
        $"""
        SELECT string_agg(fixed.id || ' ' || fixed.name, ',' ORDER BY fixed.id)
        FROM (VALUES {PortableSchema.FixedRoles}) AS fixed (id, name) JOIN {table} AS taken ON taken.id = fixed.id::uuid
        WHERE taken.normalized_name::text COLLATE "C" IS DISTINCT FROM fixed.name
        """,
        taken =>
        {
            foreach (var role in taken?.Split(',') ?? [])
            {
                var (id, name) = (role[..36], role[37..]);
                findings.AddRefusal(
                    $"The row of roles with the id {id} isn't the role {name}, which has that id in every database. "
                    + "Add that row again with another id, change role_id in user_roles to it, "
                    + $"and run DELETE FROM {table} WHERE id = '{id}'.");
            }
        });
}
