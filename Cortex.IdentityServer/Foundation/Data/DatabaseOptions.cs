using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Where the data live.</summary>
/// <param name="ConnectionString">Npgsql's keyword form, or null for the embedded PostgreSQL.</param>
/// <param name="EmbeddedFolder">Where the embedded PostgreSQL keeps its data.</param>
/// <param name="BinDirectory"><c>POSTGRES_BIN</c>: where its binaries are, if not in the usual places.</param>
internal sealed record DatabaseOptions(string? ConnectionString, string EmbeddedFolder, string? BinDirectory)
{
    public EmbeddedPostgresOptions Embedded => new() { DataDirectory = EmbeddedFolder, BinDirectory = BinDirectory };

    /// <summary>What an operator is told that can't be used; without user and password.</summary>
    public string Name => ConnectionString is null ? "The embedded PostgreSQL" : $"PostgreSQL at POSTGRES_URL ({Address(new(ConnectionString))})";

    /// <summary>The connection string may hold a password.</summary>
    public override string ToString() => nameof(DatabaseOptions);

    /// <summary>Of several hosts each has its port, if it isn't the usual one; the host of a Unix socket is a folder.</summary>
    private static string Address(NpgsqlConnectionStringBuilder builder) =>
        builder.Host is { } host && (host.Contains(',', StringComparison.Ordinal) || host.StartsWith('/')) ? host : $"{builder.Host}:{builder.Port}";

    public static DatabaseOptions Read(SettingsReader settings)
    {
        var folder = Path.Combine(LocalFolder.Locate(settings), "postgres");
        var bin = settings.Text("POSTGRES_BIN");
        if (settings.Text("POSTGRES_URL") is not { } text)
        {
            if (settings.IsProduction)
            {
                settings.RefuseMissing("POSTGRES_URL", "to postgresql://user:password@host:port/database?sslmode=require, or Npgsql keywords");
            }

            return new(null, folder, bin);
        }

        if (PostgresUrl.TryParse(text, out var builder, out var error))
        {
            return new(builder.ConnectionString, folder, bin);
        }

        settings.Refuse("POSTGRES_URL", $"must be postgresql://user:password@host:port/database?sslmode=require, or Npgsql keywords: {error.TrimEnd('.')}");
        return new(null, folder, bin);
    }
}
