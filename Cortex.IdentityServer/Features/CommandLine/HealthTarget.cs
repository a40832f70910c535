using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Tls;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The server that a health check queries.</summary>
/// <param name="Url">The URL to request; for a Unix socket, its host is only a placeholder.</param>
/// <param name="Name">The target as it appears in messages.</param>
/// <param name="EndPoints">The endpoints to connect to, tried in order.</param>
/// <param name="ChecksCertificate">
/// Whether the TLS certificate must be valid for the host. On the same machine it need not be: the certificate is for the public name, and the request carries
/// no secret.
/// </param>
/// <param name="Pin">The certificate that the server on the same machine must have, or null if <c>TLS_CERT_FILE</c> doesn't name one.</param>
internal sealed record HealthTarget(Uri Url, string Name, IReadOnlyList<EndPoint> EndPoints, bool ChecksCertificate, CertificatePin? Pin)
{
    private const string HealthPath = "/health";

    /// <summary>Parses the address of a server: a URL, or any address that ASP.NET Core can listen on. Returns null if it is neither.</summary>
    public static HealthTarget? At(string address) =>
        Parse(address) is not { } parsed ? null
        : parsed.IsUnixPipe || IsWildcard(parsed.Host) || IsLoopback(parsed.Host) ? FromListenAddress(parsed)
        : Create(parsed, [new DnsEndPoint(parsed.Host.Trim('[', ']'), parsed.Port)], checksCertificate: true);

    /// <summary>Returns the server in this container: its first address without TLS, or else its first address.</summary>
    /// <exception cref="CommandFailedException">The server listens on a port that the system chooses.</exception>
    public static HealthTarget InThisContainer()
    {
        var addresses = Listening.Addresses(Settings()).Select(Parse).OfType<BindingAddress>().Where(address => address.IsUnixPipe || address.Port > 0);
        return addresses.OrderBy(address => address.Scheme == Uri.UriSchemeHttps).Select(FromListenAddress).FirstOrDefault()
            ?? throw new CommandFailedException("The server listens on a port that the system chooses. Pass its address with --url.");
    }

    /// <summary>The certificate that the variables configure. Only the server reports errors in them.</summary>
    private static CertificatePin? OwnCertificate() =>
        TlsOptions.Read(new SettingsReader(Settings(), isProduction: true, serves: false)) is { } options ? new(options) : null;

    /// <summary>Reads the sources in the same order as the server's host.</summary>
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

    /// <summary>For a host name other than localhost, Kestrel listens on all addresses, so the loopback addresses reach it.</summary>
    private static HealthTarget FromListenAddress(BindingAddress address)
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
            : $"{(IsWildcard(address.Host) || address.Host.Length == 0 ? "localhost" : address.Host)}:{address.Port}";
        var url = new Uri($"{address.Scheme}://{authority}{HealthPath}");
        var pin = url.Scheme == Uri.UriSchemeHttps && !checksCertificate ? OwnCertificate() : null;
        return new(url, address.IsUnixPipe ? $"{HealthPath} at {address.UnixPipePath}" : url.AbsoluteUri, endPoints, checksCertificate, pin);
    }

    private static bool IsWildcard(string host) => host is "+" or "*" or "0.0.0.0" or "[::]";

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
