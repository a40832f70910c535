using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Identifies the table of the database's owner whose rows prevented a deletion.</summary>
internal static class ExternalReference
{
    /// <summary>The constraint violations by which another table can prevent a deletion, immediately or at commit.</summary>
    /// <remarks>ON DELETE SET NULL on a column that is NOT NULL or that a check constraint covers has the same cause and the same remedy.</remarks>
    private static readonly string[] Rules =
    [
        PostgresErrorCodes.ForeignKeyViolation, PostgresErrorCodes.RestrictViolation, PostgresErrorCodes.NotNullViolation, PostgresErrorCodes.CheckViolation,
    ];

    /// <returns>The table's name, or null if the failure has another cause.</returns>
    public static string? FindTable(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            // PostgreSQL names the referencing table. None of the server's own tables prevents a deletion.
            if (exception is PostgresException { TableName: { } table } postgres && Rules.Contains(postgres.SqlState) && !OwnTables.Contains(table))
            {
                return table;
            }
        }

        return null;
    }
}
