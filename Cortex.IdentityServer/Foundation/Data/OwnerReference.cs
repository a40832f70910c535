using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Finds the table of the database's owner whose rows still refer to a row that was to be deleted.</summary>
internal static class OwnerReference
{
    /// <summary>The rules of another table that can keep a row from being deleted, at once or at the commit.</summary>
    /// <remarks>ON DELETE SET NULL on a column that must not be null, or that a check constraint covers, has the same cause and the same remedy.</remarks>
    private static readonly string[] Rules =
    [
        PostgresErrorCodes.ForeignKeyViolation, PostgresErrorCodes.RestrictViolation, PostgresErrorCodes.NotNullViolation, PostgresErrorCodes.CheckViolation,
    ];

    /// <returns>The table's name; null where the failure has another cause.</returns>
    public static string? In(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            // PostgreSQL names the table that holds the reference, and no table of ours keeps its owner from being deleted.
            if (exception is PostgresException { TableName: { } table } postgres && Rules.Contains(postgres.SqlState) && !OwnTables.Contains(table))
            {
                return table;
            }
        }

        return null;
    }
}
