namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>Finds variables whose names resemble those that the server reads, so that a misspelled setting isn't silently ignored.</summary>
internal static class MistypedVariables
{
    /// <summary>Names shorter than this are too similar to one another to compare.</summary>
    private const int MinNameLength = 7;

    /// <summary>Variables that ASP.NET Core reads itself.</summary>
    private static readonly string[] FrameworkVariables =
    [
        "DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "ASPNETCORE_HTTPS_PORT",
    ];

    /// <summary>
    /// Names that other servers use for the same setting. Hosting platforms set some of them automatically, so a name counts only while the right one is
    /// unset.
    /// </summary>
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["DATABASE_URL"] = "POSTGRES_URL",
        ["DATABASE_URI"] = "POSTGRES_URL",
        ["DB_URL"] = "POSTGRES_URL",
        ["POSTGRES_DSN"] = "POSTGRES_URL",
        ["SQLALCHEMY_DATABASE_URI"] = "POSTGRES_URL",
        ["ALLOWED_ORIGINS"] = "CORS_ORIGINS",
        ["CORS_ALLOWED_ORIGINS"] = "CORS_ORIGINS",
        ["BASE_URL"] = "PUBLIC_URL",
        ["JWT_ISSUER"] = "PUBLIC_URL",
        ["SMTP_HOST"] = "SMTP_URL",
        ["SMTP_SERVER"] = "SMTP_URL",
        ["MAIL_URL"] = "SMTP_URL",
        ["SMTP_FROM"] = "EMAIL_FROM",
        ["MAIL_FROM"] = "EMAIL_FROM",
        ["FROM_EMAIL"] = "EMAIL_FROM",
        ["REDIS_HOST"] = "REDIS_URL",
        ["JWT_KEY"] = "JWT_SECRET_KEY",
    };

    /// <summary>Returns each variable that is set under a name that the server doesn't read but that resembles one that it does.</summary>
    /// <param name="present">The names of all variables that are set.</param>
    /// <param name="known">The names of the variables that the server reads.</param>
    public static IEnumerable<MistypedVariable> Find(IEnumerable<string> present, IReadOnlySet<string> known)
    {
        var set = present.ToHashSet(StringComparer.OrdinalIgnoreCase);
        string[] all = [.. known, .. FrameworkVariables];
        foreach (var name in set.Where(name => !known.Contains(name) && !FrameworkVariables.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal))
        {
            var meant = Aliases.TryGetValue(name, out var alias) && known.Contains(alias) && !set.Contains(alias)
                ? alias
                : FindClosest(name.ToUpperInvariant(), all);
            if (meant is not null)
            {
                yield return new(name, meant);
            }
        }
    }

    private static string? FindClosest(string name, string[] known) =>
        (name.Length < MinNameLength && name != "SECRET") || name == "API_KEY"
            ? null
            : known.Where(candidate => IsSimilar(name, candidate)).OrderBy(candidate => Spelling.Distance(name, candidate)).FirstOrDefault();

    private static bool IsSimilar(string name, string known) =>
        IsPrefix(name, known)
        || name.StartsWith(known + "_", StringComparison.Ordinal) // SECRET_KEY_BASE
        || name == "CORTEX_" + known
        || Stem(name) == Stem(known)
        || IsMisspelled(name, known);

    /// <summary>Whether the name is the beginning of a known one, as JWT_SECRET is of JWT_SECRET_KEY.</summary>
    private static bool IsPrefix(string name, string known) =>
        known.StartsWith(name, StringComparison.Ordinal) && (name.Contains('_', StringComparison.Ordinal) || name == "SECRET");

    /// <summary>Reduces each word to its singular, so that TRUSTED_PROXY matches TRUSTED_PROXIES.</summary>
    private static string Stem(string name) => string.Join('_', name.Split('_').Select(word =>
        word.EndsWith("IES", StringComparison.Ordinal) ? word[..^3] + "Y" : word.EndsWith('S') ? word[..^1] : word));

    private static bool IsMisspelled(string name, string known)
    {
        var maxTypos = known.Length > MinNameLength ? 2 : 1;
        return name[0] == known[0] && Math.Abs(name.Length - known.Length) <= maxTypos && Spelling.Distance(name, known) <= maxTypos;
    }
}
