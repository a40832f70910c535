using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>
/// Rejects, with a clear message, settings that Npgsql accepts but fails on later, that this server can't work with, or that would log secrets.
/// </summary>
internal static partial class PostgresKeywords
{
    private const int SecondsPerDay = 86_400;

    /// <summary>A migration holds two connections, its guard's and its own, and needs a third for queries in between.</summary>
    private const int MinPoolSize = 3;

    private static readonly (string Keyword, int Min, int Max)[] Ranges =
    [
        ("Port", 1, 65_535), ("Maximum Pool Size", MinPoolSize, 10_000), ("Minimum Pool Size", 0, 10_000), ("Read Buffer Size", 4096, 1 << 26),
        ("Write Buffer Size", 4096, 1 << 26), ("Socket Receive Buffer Size", 0, 1 << 26), ("Socket Send Buffer Size", 0, 1 << 26),
        ("Command Timeout", 0, SecondsPerDay), ("Internal Command Timeout", -1, SecondsPerDay), ("Cancellation Timeout", -1, SecondsPerDay * 1000),
        ("Keepalive", 0, SecondsPerDay), ("TCP Keepalive Time", 0, 32_767), ("TCP Keepalive Interval", 0, 32_767),
        ("Connection Idle Lifetime", 1, SecondsPerDay), ("Connection Pruning Interval", 1, SecondsPerDay), ("Connection Lifetime", 0, SecondsPerDay * 365),
        ("Host Recheck Seconds", 0, SecondsPerDay), ("Max Auto Prepare", 0, 10_000),
    ];

    /// <summary>Returns what is wrong with the settings, or null.</summary>
    public static string? Validate(NpgsqlConnectionStringBuilder settings) =>
        ValidateHosts(settings.Host!) ?? ValidateTarget(settings) ?? ValidateNumbers(settings) ?? ValidateDisclosure(settings) ?? ValidateSupport(settings);

    private static string? ValidateHosts(string hosts)
    {
        foreach (var host in hosts.Split(',', StringSplitOptions.TrimEntries))
        {
            if (host.Length == 0)
            {
                return "One of the hosts is empty.";
            }

            if (!host.StartsWith('/') && PortPattern().Match(host) is { Success: true } match
                && !(int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535))
            {
                return "The port must be a number from 1 to 65535.";
            }
        }

        return null;
    }

    private static string? ValidateTarget(NpgsqlConnectionStringBuilder settings) => settings.TargetSessionAttributes is "read-only" or "standby"
        ? $"target_session_attrs={settings.TargetSessionAttributes} requests a read-only server, but this server has to write: use read-write, "
            + "primary or any."
        : null;

    private static string? ValidateNumbers(NpgsqlConnectionStringBuilder settings)
    {
        foreach (var (keyword, min, max) in Ranges)
        {
            if (settings.ShouldSerialize(keyword) && settings[keyword] is int value && (value < min || value > max))
            {
                return $"{keyword} must be between {min} and {max}.";
            }
        }

        if (settings.ShouldSerialize("Minimum Pool Size") && settings.ShouldSerialize("Maximum Pool Size") && settings.MinPoolSize > settings.MaxPoolSize)
        {
            return "Minimum Pool Size must not exceed Maximum Pool Size.";
        }

        if (settings.ConnectionIdleLifetime < settings.ConnectionPruningInterval)
        {
            return "Connection Idle Lifetime must not be less than Connection Pruning Interval (10 s by default).";
        }

        return settings is { TcpKeepAliveInterval: > 0, TcpKeepAliveTime: 0 } ? "TCP Keepalive Interval needs TCP Keepalive Time." : null;
    }

    /// <summary>Rows, parameters, and passwords are never logged, whatever the settings say.</summary>
    private static string? ValidateDisclosure(NpgsqlConnectionStringBuilder settings)
    {
        var disclosing = settings switch
        {
            { IncludeErrorDetail: true } => "Include Error Detail",
            { LogParameters: true } => "Log Parameters",
            { IncludeFailedBatchedCommand: true } => "Include Failed Batched Command",
            { PersistSecurityInfo: true } => "Persist Security Info",
            _ => null,
        };
        return disclosing is null ? null : $"{disclosing} isn't allowed: it would write emails or secrets to the log.";
    }

    private static string? ValidateSupport(NpgsqlConnectionStringBuilder settings)
    {
        var unusable = settings switch
        {
            { Multiplexing: true } => "Multiplexing",
            { ArrayNullabilityMode: not ArrayNullabilityMode.Never } => "Array Nullability Mode",
            _ when settings.ShouldSerialize("Replication Mode") => "Replication Mode",
            _ when settings.ShouldSerialize("Server Compatibility Mode") => "Server Compatibility Mode",
            _ => null,
        };
        if (unusable is not null)
        {
            return $"{unusable} isn't supported.";
        }

        if (!IsUtf8(settings.Encoding) || !IsUtf8(settings.ClientEncoding ?? "UTF8"))
        {
            return "Encoding and Client Encoding must be UTF8.";
        }

        return string.IsNullOrEmpty(settings.Passfile) || File.Exists(settings.Passfile)
            ? null
            : "The file that Passfile names doesn't exist or can't be read.";
    }

    private static bool IsUtf8(string name) => name.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is "UTF8" or "UNICODE";

    [GeneratedRegex(@"^(?:\[[^\]]*\]|[^:\[\]]*):([^:]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex PortPattern();
}
