namespace Cortex.IdentityServer.Data.Inspection;

/// <summary>What an earlier version of this server made and somebody has changed since, so that pending migrations couldn't replace it.</summary>
internal static class EarlierVersionChecks
{
    /// <summary>The roles whose ids are the same in every database.</summary>
    private static readonly (string Id, string Name)[] FixedRoles =
    [
        ("c0f7e100-0000-4000-8000-000000000001", "admin"),
        ("c0f7e100-0000-4000-8000-000000000002", "support"),
        ("c0f7e100-0000-4000-8000-000000000003", "service"),
    ];

    public static void Check(Catalog catalog, PlannedNames planned, Notes notes)
    {
        // One that no migration made yet is in the way, whoever owns it.
        foreach (var function in catalog.ForeignFunctions.Where(function => !planned.Functions.Contains(function.Name)))
        {
            notes.Refuse(
                $"The function {function.Signature} is owned by the role {function.Owner}, and only its owner can replace it. "
                + $"Run migrate as {function.Owner}, or run ALTER FUNCTION {function.Signature} OWNER TO {Catalog.Quote(catalog.Server.Role)}.");
        }

        if (planned.Changed.Contains("roles") && !planned.Relations.Contains("roles")
            && catalog.Relations.Any(relation => relation is { Name: "roles", IsOwned: true }))
        {
            foreach (var (id, name) in FixedRoles)
            {
                CheckRole(catalog, id, name, notes);
            }
        }
    }

    private static void CheckRole(Catalog catalog, string id, string name, Notes notes)
    {
        var table = catalog.NameOf("roles");
        notes.Ask(
            $"SELECT id::text FROM {table} WHERE id = '{id}'::uuid AND normalized_name::text COLLATE \"C\" IS DISTINCT FROM '{name}'",
            taken =>
            {
                if (taken is not null)
                {
                    notes.Refuse(
                        $"The row of roles with the id {id} isn't the role {name}, which has that id in every database. "
                        + "Add that row again with another id, change role_id in user_roles to it, "
                        + $"and run DELETE FROM {table} WHERE id = '{id}'.");
                }
            });
    }
}
