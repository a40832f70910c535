namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Finds accounts that share one email address. They are reported by ID, because emails don't belong in a log.</summary>
internal static class EmailChecks
{
    /// <summary>Unicode's whitespace, and two invisible characters that are easily copied along with an address.</summary>
    private const string Blank =
        @"\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\u200B\uFEFF";

    /// <remarks>This check runs only before the first migration. After it, the database itself prevents such accounts.</remarks>
    public static void Check(Catalog catalog, bool isNew, FindingCollector findings)
    {
        // normalize() requires a Unicode encoding; databases with another one are refused anyway.
        if (!catalog.Has("users", "id", "email") || catalog.Server.Encoding != "UTF8" || !isNew)
        {
            return;
        }

        findings.Query(
            $"""
            SELECT string_agg(ids, '; ') FROM (
                SELECT string_agg(id::text, ' and ' ORDER BY id::text) AS ids FROM {catalog.NameOf("users")} WHERE email IS NOT NULL
                GROUP BY lower(normalize(btrim(email::text, E'{Blank}'), NFC)) HAVING count(*) > 1 LIMIT {FindingCollector.MaxIds}) AS found
            """,
            ids =>
            {
                if (ids is not null)
                {
                    findings.AddRefusal(
                        "Some users have emails that differ only in upper and lower case, surrounding whitespace, or Unicode form. "
                        + $"Change the email of all but one of each, or merge them. Their ids: {ids}.");
                }
            });
    }
}
