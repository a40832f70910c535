using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Checks PostgreSQL's version, the database's encoding, the role, and the schema.</summary>
internal static class ServerChecks
{
    /// <summary>The minimum, in the format of <c>server_version_num</c>.</summary>
    private const int MinVersion = 150000;

    private const string Encoding = "UTF8";

    /// <returns>Why the version is refused; null for a supported one.</returns>
    public static string? VersionRefusal(int number, string version) => number >= MinVersion
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"The database runs on PostgreSQL {version}. This server needs version {MinVersion / 10000} or newer; upgrade PostgreSQL.");

    /// <returns>Why the encoding is refused; null for the supported one.</returns>
    public static string? EncodingRefusal(string database, string encoding) => encoding == Encoding
        ? null
        : $"The database {database} has the encoding {encoding}, which can't store every character. This server needs {Encoding}. "
            + "Dump the database and restore it into a new one created with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.";

    public static void Check(Catalog catalog, FindingCollector findings)
    {
        var server = catalog.Server;
        string?[] reasons = [VersionRefusal(server.VersionNumber, server.Version), EncodingRefusal(server.Database, server.Encoding)];
        foreach (var reason in reasons.OfType<string>())
        {
            findings.AddRefusal(reason);
        }

        if (server.IsReadOnly)
        {
            findings.AddRefusal(
                "The database is read-only: it is a standby, or default_transaction_read_only is on. "
                + "Point POSTGRES_URL at the primary, or turn that setting off.");
        }

        if (!server.HasPlpgsql)
        {
            findings.AddRefusal(
                $"The role {server.Role} can't use the language plpgsql, which this server's triggers are written in. "
                + $"Run CREATE EXTENSION plpgsql or GRANT USAGE ON LANGUAGE plpgsql TO {Catalog.Quote(server.Role)}.");
        }

        CheckSchema(catalog, findings);
    }

    private static void CheckSchema(Catalog catalog, FindingCollector findings)
    {
        var server = catalog.Server;
        var role = Catalog.Quote(server.Role);
        if (server.Schema is null)
        {
            findings.AddRefusal(
                $"The role {server.Role} has no schema to create tables in: its search_path names no schema that exists and that it may use. "
                + "Grant it USAGE and CREATE on a schema, or set its search_path.");
            return;
        }

        if (!server.CanCreate)
        {
            findings.AddRefusal(
                $"The role {server.Role} may not create tables in the schema {server.Schema}. "
                + $"Run GRANT USAGE, CREATE ON SCHEMA {Catalog.Quote(server.Schema)} TO {role}.");
        }

        var others = server.UserSchemas.Where(schema => schema != server.Schema).ToList();
        if (others.Count == 0)
        {
            return;
        }

        var named = $"{(others.Count == 1 ? "the schema" : "the schemas")} {string.Join(" and ", others)}";
        if (catalog.Has("users") || server.ChoosesSchema)
        {
            findings.AddWarning(
                $"This server uses the table users in the schema {server.Schema} and ignores the one in {named}. "
                + $"If your accounts are in the other one, run ALTER ROLE {role} SET search_path = {Catalog.Quote(others[0])}.");
        }
        else
        {
            findings.AddRefusal(
                $"There is a table users in {named}, which isn't on the search_path of the role {server.Role}, "
                + $"so a second, empty one would be created in {server.Schema}. "
                + $"Name the schema to use: ALTER ROLE {role} SET search_path = {Catalog.Quote(others[0])}.");
        }
    }
}
