using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Settings of the database connection.</summary>
/// <param name="ConnectionString">The connection string as Npgsql keywords, or null for the embedded PostgreSQL.</param>
/// <param name="EmbeddedFolder">The folder of the embedded PostgreSQL's data.</param>
/// <param name="BinDirectory"><c>POSTGRES_BIN</c>: the folder of PostgreSQL's binaries, or null to search the usual places.</param>
internal sealed record DatabaseOptions(string? ConnectionString, string EmbeddedFolder, string? BinDirectory)
{
    public EmbeddedPostgresOptions Embedded => new() { DataDirectory = EmbeddedFolder, BinDirectory = BinDirectory };

    /// <summary>The database's name in messages for the operator, without user name and password.</summary>
    public string Name => ConnectionString is null ? "The embedded PostgreSQL" : $"PostgreSQL at POSTGRES_URL ({Address(new(ConnectionString))})";

    /// <summary>Omits the connection string, which may contain a password.</summary>
    public override string ToString() => nameof(DatabaseOptions);

    /// <summary>Several hosts, and the folder of a Unix socket, are returned as they are: their ports, where needed, are part of the host.</summary>
    private static string Address(NpgsqlConnectionStringBuilder builder) =>
        builder.Host is { } host && (host.Contains(',', StringComparison.Ordinal) || host.StartsWith('/')) ? host : $"{builder.Host}:{builder.Port}";

    public static DatabaseOptions Read(SettingsReader settings)
    {
        var folder = Path.Combine(LocalFolder.Locate(settings), "postgres");
        var bin = settings.ReadText("POSTGRES_BIN");
        if (settings.ReadText("POSTGRES_URL") is not { } text)
        {
            if (settings.IsProduction)
            {
                settings.AddMissingError("POSTGRES_URL", "to postgresql://user:password@host:port/database?sslmode=require, or Npgsql keywords");
            }

            return new(null, folder, bin);
        }

        if (PostgresUrl.TryParse(text, out var builder, out var error))
        {
            return new(builder.ConnectionString, folder, bin);
        }

        settings.AddError("POSTGRES_URL", $"must be postgresql://user:password@host:port/database?sslmode=require, or Npgsql keywords: {error.TrimEnd('.')}");
        return new(null, folder, bin);
    }
}
