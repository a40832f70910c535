using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>
/// Applies a URL's parameters with their meaning in libpq. A parameter that demands a protection this server can't provide is rejected rather than ignored.
/// </summary>
internal static class PostgresUrlParameters
{
    /// <summary>Parameters of libpq that Npgsql either handles by itself or doesn't support. They are accepted, so that a copied URL works.</summary>
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "client_encoding", "fallback_application_name", "gssdelegation", "gsslib", "hostaddr", "keepalives_count", "max_protocol_version",
        "min_protocol_version", "replication", "ssl_max_protocol_version", "sslcompression", "sslkeylogfile", "sslsni", "tcp_user_timeout",
    };

    /// <summary>Applies one parameter; returns what is wrong with it, or null.</summary>
    public static string? Set(string name, string value, PostgresHosts hosts, NpgsqlConnectionStringBuilder result)
    {
        switch (name)
        {
            case "host": hosts.SetHosts(value); return null;
            case "port": return hosts.SetPorts(value);
            case "user": result.Username = value; return null;
            case "password": result.Password = value; return null;
            case "dbname": result.Database = value; return null;
            case "passfile": result.Passfile = value; return null;
            case "application_name": result.ApplicationName = value; return null;
            case "options": result.Options = value; return null;
            case "krbsrvname": result.KerberosServiceName = value; return null;
            case "sslcert": result.SslCertificate = value; return null;
            case "sslkey": result.SslKey = value; return null;
            case "sslpassword": result.SslPassword = value; return null;
            case "sslrootcert": result.RootCertificate = value; return null;
            case "connect_timeout": return SetSeconds(name, value, min: 0, max: 1024, seconds => result.Timeout = seconds);
            case "keepalives_idle": return SetSeconds(name, value, min: 0, max: 32767, seconds => result.TcpKeepAliveTime = seconds);
            case "keepalives_interval": return SetSeconds(name, value, min: 0, max: 32767, seconds => result.TcpKeepAliveInterval = seconds);
            case "require_auth": return SetRequireAuth(value, result);
            default: return Choose(name, value, result) ?? ValidateUnsupported(name, value);
        }
    }

    private static string? Choose(string name, string value, NpgsqlConnectionStringBuilder result) => name switch
    {
        "sslmode" => Choose(name, value, mode => result.SslMode = mode,
            ("disable", SslMode.Disable), ("allow", SslMode.Allow), ("prefer", SslMode.Prefer), ("require", SslMode.Require),
            ("verify-ca", SslMode.VerifyCA), ("verify-full", SslMode.VerifyFull)),

        // requiressl is the predecessor of sslmode=require.
        "requiressl" => Choose(name, value, isRequired => result.SslMode = isRequired ? SslMode.Require : result.SslMode, ("0", false), ("1", true)),
        "sslnegotiation" => Choose(name, value, how => result.SslNegotiation = how,
            ("postgres", SslNegotiation.Postgres), ("direct", SslNegotiation.Direct)),
        "channel_binding" => Choose(name, value, binding => result.ChannelBinding = binding,
            ("disable", ChannelBinding.Disable), ("prefer", ChannelBinding.Prefer), ("require", ChannelBinding.Require)),
        "gssencmode" => Choose(name, value, mode => result.GssEncryptionMode = mode,
            ("disable", GssEncryptionMode.Disable), ("prefer", GssEncryptionMode.Prefer), ("require", GssEncryptionMode.Require)),
        "keepalives" => Choose(name, value, isOn => result.TcpKeepAlive = isOn, ("0", false), ("1", true)),
        "load_balance_hosts" => Choose(name, value, isOn => result.LoadBalanceHosts = isOn, ("disable", false), ("random", true)),
        "target_session_attrs" => Choose(name, value, wanted => result.TargetSessionAttributes = wanted,
            ("any", "any"), ("read-write", "read-write"), ("read-only", "read-only"), ("primary", "primary"), ("standby", "standby"),
            ("prefer-standby", "prefer-standby")),
        _ => null,
    };

    /// <summary>Rejects unknown and unsupported parameters. Those listed first have already been applied.</summary>
    private static string? ValidateUnsupported(string name, string value) => name switch
    {
        "sslmode" or "requiressl" or "sslnegotiation" or "channel_binding" or "gssencmode" or "keepalives" or "load_balance_hosts"
            or "target_session_attrs" => null,
        _ when value.Length == 0 && (Ignored.Contains(name) || name is "sslcrl" or "sslcrldir" or "requirepeer" or "service" or "servicefile") => null,
        "sslcrl" or "sslcrldir" => $"The parameter '{name}' isn't supported: revocation lists aren't read, so a revoked certificate would be accepted.",
        "requirepeer" => "The parameter 'requirepeer' isn't supported: the owner of the server process isn't checked.",
        "service" or "servicefile" => $"The parameter '{name}' isn't supported: service files aren't read, so put its settings into the URL.",
        "sslcertmode" =>
            value is "allow" or "disable"
                ? null
                : "The parameter 'sslcertmode' must be allow or disable: the server can't be required to ask for a certificate.",
        "ssl_min_protocol_version" =>
            value is "TLSv1" or "TLSv1.1" or "TLSv1.2"
                ? null
                : "The parameter 'ssl_min_protocol_version' must be TLSv1.2 or lower: TLSv1.2 is always the minimum.",
        _ => Ignored.Contains(name) ? null : $"The parameter '{name}' is unknown.",
    };

    /// <summary>Sets a number of seconds. In libpq, zero and negative values mean what zero means in Npgsql: no limit, or the system's default.</summary>
    private static string? SetSeconds(string name, string value, int min, int max, Action<int> set)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return $"The parameter '{name}' must be a number of seconds.";
        }

        set(Math.Clamp(seconds, min, max));
        return null;
    }

    private static string? SetRequireAuth(string value, NpgsqlConnectionStringBuilder result)
    {
        try
        {
            result.RequireAuth = string.Join(',', value.Split(',', StringSplitOptions.TrimEntries).Select(NpgsqlName));
            return null;
        }
        catch (ArgumentException)
        {
            return "The parameter 'require_auth' has an unknown value.";
        }
    }

    private static string NpgsqlName(string method) => method switch
    {
        ['!', .. var refused] => $"!{NpgsqlName(refused)}",
        "password" => "Password",
        "md5" => "MD5",
        "gss" => "GSS",
        "sspi" => "SSPI",
        "scram-sha-256" => "ScramSHA256",
        "none" => "None",
        _ => method,
    };

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

        return $"The parameter '{name}' has an unknown value.";
    }
}
