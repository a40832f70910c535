using Cortex.IdentityServer.Configuration;
using Cortex.IdentityServer.Data.Embedded;

namespace Cortex.IdentityServer.Data;

/// <summary>Where the data live.</summary>
/// <param name="ConnectionString">Npgsql's keyword form, or null for the embedded PostgreSQL.</param>
/// <param name="EmbeddedFolder">Where the embedded PostgreSQL keeps its data.</param>
/// <param name="BinDirectory"><c>POSTGRES_BIN</c>: where its binaries are, if not in the usual places.</param>
internal sealed record DatabaseOptions(string? ConnectionString, string EmbeddedFolder, string? BinDirectory)
{
    public EmbeddedPostgresOptions Embedded => new() { DataDirectory = EmbeddedFolder, BinDirectory = BinDirectory };

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
