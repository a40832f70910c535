using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Cortex.IdentityServer.Data;

/// <summary>
/// Reads the two forms of POSTGRES_URL: <c>postgresql://user:password@host:port/database?sslmode=require</c>, with the
/// rules of libpq, and Npgsql's keyword string. An error names what is wrong and never repeats a part that may be secret.
/// </summary>
internal static partial class PostgresUrl
{
    /// <summary>What libpq knows and Npgsql either does by itself or cannot do: accepted, so that a copied URL works.</summary>
    private static readonly HashSet<string> IgnoredParameters = new(StringComparer.Ordinal)
    {
        "client_encoding", "fallback_application_name", "gsslib", "gssdelegation", "hostaddr", "keepalives", "keepalives_count",
        "keepalives_idle", "keepalives_interval", "krbsrvname", "load_balance_hosts", "max_protocol_version", "min_protocol_version",
        "replication", "requirepeer", "requiressl", "service", "servicefile", "ssl_max_protocol_version",
        "ssl_min_protocol_version", "sslcertmode", "sslcompression", "sslcrl", "sslcrldir", "sslkeylogfile", "sslsni",
        "tcp_user_timeout",
    };

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
        error = !scheme.Success ? ReadKeywords(text, ref result)
            : scheme.Groups[1].Value.ToUpperInvariant() is "POSTGRES" or "POSTGRESQL" ? ReadUrl(text[scheme.Length..], result)
            : "The URL must begin with postgresql:// or postgres://.";
        error ??= string.IsNullOrWhiteSpace(result.Host) ? "It names no host."
            : string.IsNullOrWhiteSpace(result.Database) ? "It names no database."
            : null;

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

        // Most likely a password with a bare '/' or '?': everything after it would be misread, and then shown in an error.
        if (tail.Contains('@', StringComparison.Ordinal))
        {
            return "A '/', '?' or '@' in the user name, password or a parameter must be percent-encoded (%2F, %3F, %40).";
        }

        var at = authority.LastIndexOf('@');
        var query = tail.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? tail : tail[..query];

        return ReadUser(at < 0 ? "" : authority[..at], result)
            ?? ReadHost(authority[(at + 1)..], result)
            ?? ReadDatabase(path.TrimStart('/'), result)
            ?? ReadParameters(query < 0 ? "" : tail[(query + 1)..], result);
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

    private static string? ReadHost(string text, NpgsqlConnectionStringBuilder result)
    {
        if (text.Contains(',', StringComparison.Ordinal))
        {
            return "It names several hosts, only one is supported.";
        }

        var match = HostPattern().Match(text);
        if (!match.Success)
        {
            return "The host must look like name, name:port or [IPv6 address]:port.";
        }

        if (!TryDecode(match.Groups["v6"].Success ? match.Groups["v6"].Value : match.Groups["name"].Value, out var host))
        {
            return BadEncoding("host");
        }

        SetHost(host, result);
        return match.Groups["port"].Value is { Length: > 0 } port ? SetPort(port, result) : null;
    }

    private static void SetHost(string host, NpgsqlConnectionStringBuilder result)
    {
        result.Host = host.Length > 0 ? host : null;
        if (host.StartsWith('/'))
        {
            // A socket directory: there is no TLS on it, whatever sslmode says (as in libpq).
            result.SslMode = SslMode.Disable;
        }
    }

    private static string? SetPort(string text, NpgsqlConnectionStringBuilder result)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            return "The port must be a number from 1 to 65535.";
        }

        result.Port = port;
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

    private static string? ReadParameters(string query, NpgsqlConnectionStringBuilder result)
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

            if (SetParameter(name, value, result) is { } error)
            {
                return error;
            }
        }

        if (result.Host?.StartsWith('/') == true)
        {
            SetHost(result.Host, result);
        }

        return null;
    }

    private static string? SetParameter(string name, string value, NpgsqlConnectionStringBuilder result)
    {
        switch (name)
        {
            case "host": SetHost(value, result); return null;
            case "port": return SetPort(value, result);
            case "user": result.Username = value; return null;
            case "password": result.Password = value; return null;
            case "dbname": result.Database = value; return null;
            case "passfile": result.Passfile = value; return null;
            case "application_name": result.ApplicationName = value; return null;
            case "options": result.Options = value; return null;
            case "sslcert": result.SslCertificate = value; return null;
            case "sslkey": result.SslKey = value; return null;
            case "sslpassword": result.SslPassword = value; return null;
            // "system" is the trust store of the machine, which Npgsql uses when no file is named.
            case "sslrootcert": result.RootCertificate = value == "system" ? null : value; return null;
            case "connect_timeout": return SetTimeout(value, result);
            case "sslmode":
                return Choose(name, value, mode => result.SslMode = mode,
                    ("disable", SslMode.Disable), ("allow", SslMode.Allow), ("prefer", SslMode.Prefer), ("require", SslMode.Require),
                    ("verify-ca", SslMode.VerifyCA), ("verify-full", SslMode.VerifyFull));
            case "sslnegotiation":
                return Choose(name, value, how => result.SslNegotiation = how,
                    ("postgres", SslNegotiation.Postgres), ("direct", SslNegotiation.Direct));
            case "channel_binding":
                return Choose(name, value, binding => result.ChannelBinding = binding,
                    ("disable", ChannelBinding.Disable), ("prefer", ChannelBinding.Prefer), ("require", ChannelBinding.Require));
            case "gssencmode":
                return Choose(name, value, mode => result.GssEncryptionMode = mode,
                    ("disable", GssEncryptionMode.Disable), ("prefer", GssEncryptionMode.Prefer), ("require", GssEncryptionMode.Require));
            case "require_auth": return SetRequireAuth(value, result);
            // Npgsql wants this on a data source of several hosts only; with one host the value can only confirm or refuse it.
            case "target_session_attrs":
                return Choose(name, value, _ => { },
                    ("any", 0), ("read-write", 0), ("read-only", 0), ("primary", 0), ("standby", 0), ("prefer-standby", 0));
            default:
                return IgnoredParameters.Contains(name) ? null : $"The parameter '{name}' is not known.";
        }
    }

    private static string? SetTimeout(string value, NpgsqlConnectionStringBuilder result)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return "The parameter 'connect_timeout' must be a number of seconds.";
        }

        // Zero and below mean "wait for ever" to libpq, zero does to Npgsql; 1024 is Npgsql's limit.
        result.Timeout = Math.Clamp(seconds, 0, 1024);
        return null;
    }

    private static string? SetRequireAuth(string value, NpgsqlConnectionStringBuilder result)
    {
        try
        {
            result.RequireAuth = value;
            return null;
        }
        catch (ArgumentException)
        {
            return "The parameter 'require_auth' has a value that is not known.";
        }
    }

    private static string? Choose<T>(string name, string value, Action<T> set, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        foreach (var (text, choice) in choices)
        {
            if (text == value)
            {
                set(choice);
                return null;
            }
        }

        return $"The parameter '{name}' has a value that is not known.";
    }

    /// <summary>Percent-decoding as libpq does it: a '+' stays a '+', a lone '%' is an error rather than a literal.</summary>
    private static bool TryDecode(string text, out string decoded)
    {
        decoded = Uri.UnescapeDataString(text);
        return !BadPercentPattern().IsMatch(text) && !decoded.Contains('\0', StringComparison.Ordinal);
    }

    private static string BadEncoding(string part) => $"The {part} is not percent-encoded properly: a '%' itself is written %25.";

    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]*)://", RegexOptions.CultureInvariant)]
    private static partial Regex SchemePattern();

    [GeneratedRegex(@"^(?:\[(?<v6>[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9]+)?)\]|(?<name>[^\[\]:]*))(?::(?<port>[^:]*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex HostPattern();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterPattern();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex BadPercentPattern();
}
