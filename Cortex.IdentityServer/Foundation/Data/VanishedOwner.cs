using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Recognizes what happens to a request whose account is deleted while it is under way: a row that it writes refers to a user who is gone.</summary>
internal static class VanishedOwner
{
    /// <summary>Every foreign key of ours to an account has its column in its name, whoever created the table.</summary>
    private const string Owner = "user_id";

    /// <remarks>
    /// A deletion never causes it: everything of ours that refers to a user goes with the user. A foreign key that the database's owner has added to a table
    /// of ours is another matter, and a failure that has to be seen.
    /// </remarks>
    public static bool Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation, TableName: { } table, ConstraintName: { } key }
                && OwnTables.Contains(table) && key.Contains(Owner, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
