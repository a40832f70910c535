using Npgsql;

namespace Cortex.IdentityServer.Data;

/// <summary>Recognizes what happens to a request whose account is deleted while it is under way: a row that it writes refers to a user who is gone.</summary>
internal static class VanishedOwner
{
    /// <remarks>A deletion never causes it: everything of ours that refers to a user goes with the user.</remarks>
    public static bool Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation, TableName: { } table } && OwnTables.Contains(table))
            {
                return true;
            }
        }

        return false;
    }
}
