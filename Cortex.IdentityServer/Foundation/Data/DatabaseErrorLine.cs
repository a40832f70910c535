using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Formats a database error for the operator: one line with the server's own message and, where one is known, the remedy.</summary>
internal static class DatabaseErrorLine
{
    private const string ConfiguredDatabase = "PostgreSQL at POSTGRES_URL";

    /// <summary>Returns null if the failure doesn't come from the database.</summary>
    /// <remarks>
    /// PostgreSQL's and Npgsql's messages never contain a password. PostgreSQL's details may contain values of a row, so they are left out.
    /// </remarks>
    public static string? Of(Exception failure, string database = ConfiguredDatabase)
    {
        if (DatabaseFailure.FromPostgres(failure) is { } refused)
        {
            return JoinLines($"{database} can't be used: {refused.SqlState}: {refused.MessageText}.{Advice(refused.SqlState)}");
        }

        return DatabaseFailure.FromNpgsql(failure) is { } lost ? JoinLines($"{database} can't be used: {FailureReason.Of(lost)}") : null;
    }

    private static string Advice(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.InsufficientPrivilege =>
            " To migrate, the role must own the tables, or have CREATE on the schema where there are none yet; to serve, it needs the grants that "
                + "docs/databases.md lists.",
        PostgresErrorCodes.InvalidCatalogName => " Create the database first.",
        PostgresErrorCodes.ReadOnlySqlTransaction => " POSTGRES_URL must point to the primary.",
        _ => "",
    };

    private static string JoinLines(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
