using Cortex.IdentityServer.Configuration;
using Npgsql;

namespace Cortex.IdentityServer.Data;

/// <summary>Where the data live.</summary>
/// <param name="ConnectionString">Npgsql's keyword form, or null for the embedded PostgreSQL.</param>
/// <param name="EmbeddedFolder">Where the embedded PostgreSQL keeps its data.</param>
/// <param name="BinDirectory"><c>POSTGRES_BIN</c>: where its binaries are, if not in the usual places.</param>
internal sealed record DatabaseOptions(string? ConnectionString, string EmbeddedFolder, string? BinDirectory)
{
    /// <summary>The connection string may hold a password.</summary>
    public override string ToString() => nameof(DatabaseOptions);

    public static DatabaseOptions Read(SettingsReader settings)
    {
        var folder = Path.Combine(LocalFolder.Locate(settings), "postgres");
        var bin = settings.Text("POSTGRES_BIN");
        if (settings.Text("POSTGRES_URL") is not { } text)
        {
            if (settings.IsProduction)
            {
                settings.Refuse("POSTGRES_URL", "must be set in Production: postgresql://user:password@host:port/database?sslmode=require, or Npgsql keywords");
            }

            return new(null, folder, bin);
        }

        if (PostgresUrl.TryParse(text, out var builder, out var error))
        {
            return new(WithBounds(builder).ConnectionString, folder, bin);
        }

        settings.Refuse("POSTGRES_URL", $"must be postgresql://user:password@host:port/database?sslmode=require, or Npgsql keywords: {error.TrimEnd('.')}");
        return new(null, folder, bin);
    }

    /// <summary>A database that is gone has to be noticed within the five seconds that clients are promised, so Npgsql's 15 and 30 seconds are cut where the operator says nothing.</summary>
    private static NpgsqlConnectionStringBuilder WithBounds(NpgsqlConnectionStringBuilder builder)
    {
        if (!builder.ContainsKey("Timeout"))
        {
            builder.Timeout = 4;
        }

        if (!builder.ContainsKey("Command Timeout"))
        {
            builder.CommandTimeout = 5;
        }

        if (!builder.ContainsKey("Application Name"))
        {
            builder.ApplicationName = "cortex-identity";
        }

        return builder;
    }
}
