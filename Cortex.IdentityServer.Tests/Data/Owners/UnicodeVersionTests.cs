using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Migrations;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data.Owners;

/// <remarks>Normalization follows PostgreSQL's own Unicode version, which changes with an upgrade.</remarks>
public sealed partial class UnicodeVersionTests(PostgresCluster cluster)
{
    /// <summary>A letter of Unicode 16 that composes with a mark, and a mark of Unicode 16, which is reordered among others.</summary>
    private const string Samples = """
        SELECT string_agg(cortex_fold_email(email), ' ' ORDER BY place)
        FROM (VALUES (1, U&'\+0105D2\0307@example.com'), (2, U&'a\0897\0316@example.com')) AS samples (place, email)
        """;

    /// <summary>Latin, Greek, and Cyrillic letters with two marks each.</summary>
    private const string Known = """
        SELECT string_agg(cortex_fold_email(chr(letter) || chr(mark) || chr(803) || '@example.com'), ' ' ORDER BY letter, mark)
        FROM generate_series(160, 1400) AS letter, generate_series(768, 846) AS mark
        """;

    private const string OnlyAscii = """
        CREATE OR REPLACE FUNCTION cortex_fold_email(email text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
        AS 'SELECT lower(email COLLATE "C")'
        """;

    private const string Found = """
        SET enable_seqscan = off; SELECT count(*) FROM users WHERE (cortex_fold_email(email::text) COLLATE "C") = cortex_fold_email('jörg@example.com')
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_letters_unknown_to_an_older_version_fold_differently_on_it()
    {
        var (older, newer) = (await FoldAsync(16), await FoldAsync(18));

        Assert.Equal("\U000105C9@example.com a\u0316\u0897@example.com", newer.Samples);
        Assert.Equal("\U000105D2\u0307@example.com a\u0897\u0316@example.com", older.Samples);
        Assert.Equal(older.Known, newer.Known);
    }

    /// <remarks>An index that was built by another rule simulates one that <c>pg_upgrade</c> has kept.</remarks>
    [Fact]
    public async Task The_documented_statements_restore_access_to_an_account_that_folds_differently_after_an_upgrade()
    {
        var database = await OwnedDatabase.MigratedAsync(cluster);
        await PythonDatabase.SqlAsync<object>(database.Owner, OnlyAscii);
        await PythonDatabase.SqlAsync<object>(database.Owner, "INSERT INTO users (email, password_hash) VALUES (E'JO\\u0308RG@example.com', 'x')");
        await PythonDatabase.SqlAsync<object>(database.Owner, EmailFolding.CreateFunction());
        Assert.Equal(0L, await PythonDatabase.SqlAsync<long>(database.Owner, Found));

        var statements = await StatementsAsync();
        foreach (var statement in statements)
        {
            await PythonDatabase.SqlAsync<object>(database.Owner, statement);
        }

        Assert.Equal(1L, await PythonDatabase.SqlAsync<long>(database.Owner, Found));
        var all = await PythonDatabase.SqlAsync<string>(
            database.Owner, "SELECT string_agg(indexname, ' ' ORDER BY indexname COLLATE \"C\") FROM pg_indexes WHERE indexdef LIKE '%cortex_fold_email%'");
        Assert.Equal(all, string.Join(' ', statements.Select(statement => statement.Split(' ')[^1]).Order(StringComparer.Ordinal)));
    }

    private static async Task<(string Samples, string Known)> FoldAsync(int major)
    {
        await using var postgres = await InstalledPostgres.StartAsync(major);
        var database = postgres.ConnectionString;
        await PythonDatabase.SqlAsync<object>(database, EmailFolding.CreateFunction());
        return (await PythonDatabase.SqlAsync<string>(database, Samples), await PythonDatabase.SqlAsync<string>(database, Known));
    }

    private static async Task<List<string>> StatementsAsync([CallerFilePath] string source = "")
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "docs", "databases.md"), Ct);
        return [.. Rebuild().Matches(document).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("^(REINDEX INDEX CONCURRENTLY .+);$", RegexOptions.Multiline)]
    private static partial Regex Rebuild();
}
