using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>The hosts and ports of a URL, by libpq's rules: hosts are separated by commas, and a single port applies to all of them.</summary>
internal sealed partial class PostgresHosts
{
    private const string DefaultPort = "5432";
    private const string InvalidPort = "The port must be a number from 1 to 65535.";

    private string[] _hosts = [];
    private string[] _ports = [];

    /// <summary>Parses <c>host1:port1,[IPv6]:port2,host3</c>.</summary>
    public string? ReadAuthority(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var matches = text.Split(',').Select(entry => HostPattern().Match(entry)).ToList();
        if (!matches.TrueForAll(match => match.Success))
        {
            return "The host must look like name, name:port or [IPv6 address]:port; several are separated by commas.";
        }

        var hosts = new List<string>();
        foreach (var match in matches)
        {
            if (!PostgresUrl.TryDecode(match.Groups["v6"].Success ? match.Groups["v6"].Value : match.Groups["name"].Value, out var host))
            {
                return PostgresUrl.BadEncoding("host");
            }

            hosts.Add(host);
        }

        _hosts = [.. hosts];
        _ports = [.. matches.Select(match => match.Groups["port"].Value)];
        return _hosts is [""] ? null : CheckPorts();
    }

    /// <summary>Applies the parameter <c>host</c>, which overrides the hosts in the URL's authority.</summary>
    public void SetHosts(string value) => _hosts = value.Split(',');

    /// <summary>Applies the parameter <c>port</c>.</summary>
    public string? SetPorts(string value)
    {
        _ports = value.Split(',');
        return CheckPorts();
    }

    public string? ApplyTo(NpgsqlConnectionStringBuilder result)
    {
        var hosts = _hosts.Select(host => host.Trim()).ToArray();
        if (hosts is [] or [""])
        {
            return null;
        }

        if (hosts.Contains(""))
        {
            return "One of the hosts is empty.";
        }

        if (_ports.Length > 1 && _ports.Length != hosts.Length)
        {
            return $"It has {hosts.Length} host(s) but {_ports.Length} ports: give one port for all of them, or one for each.";
        }

        var ports = hosts
            .Select((_, index) => _ports.ElementAtOrDefault(_ports.Length == 1 ? 0 : index) is { Length: > 0 } port ? port : DefaultPort)
            .ToArray();
        if (hosts is [var only])
        {
            result.Host = only;
            result.Port = int.Parse(ports[0], CultureInfo.InvariantCulture);
        }
        else
        {
            result.Host = string.Join(
                ',', hosts.Zip(ports, (host, port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}"));
        }

        return null;
    }

    private string? CheckPorts() => Array.TrueForAll(_ports, port => port.Length == 0 || IsPort(port)) ? null : InvalidPort;

    private static bool IsPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535;

    [GeneratedRegex(@"^(?:\[(?<v6>[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9]+)?)\]|(?<name>[^\[\]:]*))(?::(?<port>[^:]*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex HostPattern();
}
