using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The server that a health check asks.</summary>
/// <param name="Url">What is requested; for a Unix socket its host is only a name.</param>
/// <param name="Name">The same in words for a person.</param>
/// <param name="EndPoints">Where to connect, tried one after another.</param>
/// <param name="ChecksCertificate">
/// Whether a certificate must be good for the host. On the same machine it needn't be: it is the public name's, and nothing secret is sent.
/// </param>
internal sealed record HealthTarget(Uri Url, string Name, IReadOnlyList<EndPoint> EndPoints, bool ChecksCertificate)
{
    private const string AnyPath = "/health";

    /// <summary>The server at an address that somebody gave: a host, or whatever ASP.NET Core can listen at. Null for anything else.</summary>
    public static HealthTarget? At(string address) =>
        Parse(address) is not { } parsed ? null
        : parsed.IsUnixPipe || IsEverywhere(parsed.Host) || IsLoopback(parsed.Host) ? Bound(parsed)
        : Create(parsed, [new DnsEndPoint(parsed.Host.Trim('[', ']'), parsed.Port)], checksCertificate: true);

    /// <summary>The server of this container: the first address at which it listens without TLS, otherwise the first.</summary>
    /// <exception cref="CommandFailedException">The server's port can't be known.</exception>
    public static HealthTarget Own()
    {
        var addresses = Listening.Addresses(Settings()).Select(Parse).OfType<BindingAddress>().Where(address => address.IsUnixPipe || address.Port > 0);
        return addresses.OrderBy(address => address.Scheme == Uri.UriSchemeHttps).Select(Bound).FirstOrDefault()
            ?? throw new CommandFailedException("The server listens on a port chosen by the system: give its address with --url.");
    }

    /// <summary>In the order in which the server's own host reads them.</summary>
    private static IConfiguration Settings() => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddEnvironmentVariables("ASPNETCORE_")
        .AddEnvironmentVariables("DOTNET_")
        .AddJsonFile("appsettings.json", optional: true)
        .AddJsonFile($"appsettings.{RunEnvironment.Choose([]) ?? Environments.Production}.json", optional: true)
        .AddEnvironmentVariables()
        .Build();

    private static BindingAddress? Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address) is { Scheme: "http" or "https" } parsed ? parsed : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Kestrel listens at every address where the host is a name other than localhost.</summary>
    private static HealthTarget Bound(BindingAddress address)
    {
        if (address.IsUnixPipe)
        {
            return Create(address, [new UnixDomainSocketEndPoint(address.UnixPipePath)], checksCertificate: false);
        }

        IPAddress[] hosts = IPAddress.TryParse(address.Host, out var host) switch
        {
            false => [IPAddress.Loopback, IPAddress.IPv6Loopback],
            true when host!.Equals(IPAddress.Any) => [IPAddress.Loopback],
            true when host!.Equals(IPAddress.IPv6Any) => [IPAddress.IPv6Loopback, IPAddress.Loopback],
            true => [host!],
        };
        return Create(address, [.. hosts.Select(one => new IPEndPoint(one, address.Port))], checksCertificate: false);
    }

    private static HealthTarget Create(BindingAddress address, IReadOnlyList<EndPoint> endPoints, bool checksCertificate)
    {
        var authority = address.IsUnixPipe
            ? "localhost"
            : $"{(IsEverywhere(address.Host) || address.Host.Length == 0 ? "localhost" : address.Host)}:{address.Port}";
        var url = new Uri($"{address.Scheme}://{authority}{AnyPath}");
        return new(url, address.IsUnixPipe ? $"{AnyPath} at {address.UnixPipePath}" : url.AbsoluteUri, endPoints, checksCertificate);
    }

    private static bool IsEverywhere(string host) => host is "+" or "*" or "0.0.0.0" or "[::]";

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
