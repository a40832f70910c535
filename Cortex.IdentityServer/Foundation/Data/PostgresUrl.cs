using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>
/// Parses the two forms of POSTGRES_URL: <c>postgresql://user:password@host:port/database?sslmode=require</c>, by libpq's rules, and Npgsql's keyword
/// string. Errors name what is wrong and never repeat a part that may be secret.
/// </summary>
internal static partial class PostgresUrl
{
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out NpgsqlConnectionStringBuilder? builder, [NotNullWhen(false)] out string? error)
    {
        builder = null;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            error = "It is empty.";
            return false;
        }

        var result = new NpgsqlConnectionStringBuilder();
        var scheme = SchemePattern().Match(text);
        error = scheme.Groups[1].Value.ToUpperInvariant() switch
        {
            _ when !scheme.Success => ReadKeywords(text, ref result),
            "POSTGRES" or "POSTGRESQL" => ReadUrl(text[scheme.Length..], result),
            _ => "The URL must begin with postgresql:// or postgres://.",
        };
        error ??= result switch
        {
            _ when string.IsNullOrWhiteSpace(result.Host) => "It names no host.",
            _ when string.IsNullOrWhiteSpace(result.Database) => "It names no database.",
            _ => PostgresKeywords.Validate(result) ?? PostgresTls.Apply(result),
        };

        builder = error is null ? result : null;
        return error is null;
    }

    private static string? ReadKeywords(string text, ref NpgsqlConnectionStringBuilder result)
    {
        try
        {
            result = new NpgsqlConnectionStringBuilder(text);
            return null;
        }
        // Npgsql's own message may quote the text.
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or KeyNotFoundException or NotSupportedException)
        {
            return "It is neither a postgresql:// URL nor a valid Npgsql keyword string (Host=...;Database=...;Username=...;Password=...).";
        }
    }

    private static string? ReadUrl(string rest, NpgsqlConnectionStringBuilder result)
    {
        var authorityEnd = rest.AsSpan().IndexOfAny('/', '?');
        var (authority, tail) = authorityEnd < 0 ? (rest, "") : (rest[..authorityEnd], rest[authorityEnd..]);

        // This is most likely a password with an unescaped '/' or '?': everything after it would be misread, and then shown in an error.
        if (tail.Contains('@', StringComparison.Ordinal))
        {
            return "A '/', '?' or '@' in the user name, password or a parameter must be percent-encoded (%2F, %3F, %40).";
        }

        var at = authority.LastIndexOf('@');
        var query = tail.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? tail : tail[..query];

        var hosts = new PostgresHosts();
        return ReadUser(at < 0 ? "" : authority[..at], result)
            ?? hosts.ReadAuthority(authority[(at + 1)..])
            ?? ReadDatabase(path.TrimStart('/'), result)
            ?? ReadParameters(query < 0 ? "" : tail[(query + 1)..], hosts, result)
            ?? hosts.ApplyTo(result);
    }

    private static string? ReadUser(string text, NpgsqlConnectionStringBuilder result)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (!TryDecode(colon < 0 ? text : text[..colon], out var user))
        {
            return BadEncoding("user name");
        }

        if (!TryDecode(colon < 0 ? "" : text[(colon + 1)..], out var password))
        {
            return BadEncoding("password");
        }

        result.Username = user.Length > 0 ? user : null;
        result.Password = password.Length > 0 ? password : null;
        return null;
    }

    private static string? ReadDatabase(string text, NpgsqlConnectionStringBuilder result)
    {
        if (!TryDecode(text, out var database))
        {
            return BadEncoding("database name");
        }

        result.Database = database.Length > 0 ? database : null;
        return null;
    }

    private static string? ReadParameters(string query, PostgresHosts hosts, NpgsqlConnectionStringBuilder result)
    {
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !ParameterPattern().IsMatch(pair.AsSpan(0, equals)))
            {
                return "The part after '?' must be name=value pairs joined by '&'.";
            }

            var name = pair[..equals];
            if (!TryDecode(pair[(equals + 1)..], out var value))
            {
                return BadEncoding($"parameter '{name}'");
            }

            if (PostgresUrlParameters.Set(name, value, hosts, result) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>Decodes percent-encoding as libpq does: '+' stays '+', and a lone '%' is an error.</summary>
    internal static bool TryDecode(string text, out string decoded)
    {
        decoded = Uri.UnescapeDataString(text);
        return !BadPercentPattern().IsMatch(text) && !decoded.Contains('\0', StringComparison.Ordinal);
    }

    internal static string BadEncoding(string part) => $"The {part} isn't percent-encoded correctly (a literal '%' is written %25).";

    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]*)://", RegexOptions.CultureInvariant)]
    private static partial Regex SchemePattern();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterPattern();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex BadPercentPattern();
}
