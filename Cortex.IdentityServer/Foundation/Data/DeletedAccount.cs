using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>
/// Recognizes the failure of a request whose account was deleted while it ran: a row that it writes references a user that no longer exists.
/// </summary>
internal static class DeletedAccount
{
    /// <summary>The server's foreign keys to accounts contain the column's name, whoever created the table.</summary>
    private const string OwnerColumn = "user_id";

    /// <remarks>
    /// A deletion itself never causes this failure: all rows of the server's tables that reference a user are deleted along with it. A foreign key that the
    /// database's owner has added to one of these tables isn't recognized here, because its failure has to be visible.
    /// </remarks>
    public static bool Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation, TableName: { } table, ConstraintName: { } key }
                && OwnTables.Contains(table) && key.Contains(OwnerColumn, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
