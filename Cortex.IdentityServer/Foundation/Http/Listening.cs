using System.Net.Sockets;
using System.Security.Cryptography;
using Cortex.IdentityServer.Foundation.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Starts the web server and explains to the operator why it can't listen.</summary>
internal static class Listening
{
    /// <summary>Where an operator configures addresses.</summary>
    public const string WhereToConfigure = "--urls, ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS, ASPNETCORE_HTTPS_PORTS or Kestrel__Endpoints__…";

    private const string DefaultAddress = "http://localhost:5000";

    /// <summary>Serves requests until the program is asked to stop.</summary>
    /// <exception cref="ListenException">An address is in use or doesn't belong to this machine, or it needs a certificate and has none.</exception>
    public static async Task ServeAsync(this WebApplication app)
    {
        try
        {
            await app.StartAsync(CancellationToken.None);
        }
        catch (Exception failure) when (app.Services.GetRequiredService<ListenStart>().IsNext && Reason(failure) is { } reason)
        {
            throw new ListenException($"The server can't listen on {string.Join(", ", Addresses(app.Configuration))} ({WhereToConfigure}): {reason}.", failure);
        }

        await app.WaitForShutdownAsync(CancellationToken.None);
    }

    /// <summary>Returns the configured addresses in Kestrel's order of precedence: named endpoints, then URLs, then ports.</summary>
    public static IReadOnlyList<string> Addresses(IConfiguration settings) => Configured(settings) is { Count: > 0 } addresses ? addresses : [DefaultAddress];

    /// <summary>Whether an address is configured.</summary>
    public static bool IsConfigured(IConfiguration settings) => Configured(settings).Count > 0;

    /// <summary>Whether the settings of Kestrel name a certificate, for all addresses or for one of them.</summary>
    public static bool NamesCertificate(IConfiguration settings) =>
        settings.GetSection("Kestrel:Certificates:Default").Exists()
        || settings.GetSection("Kestrel:Endpoints").GetChildren().Any(
            endpoint => endpoint.GetSection("Certificate").Exists() || endpoint.GetSection("Sni").Exists());

    private static IReadOnlyList<string> Configured(IConfiguration settings)
    {
        var named = settings.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        string[] ports =
        [
            .. Split(settings[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"),
            .. Split(settings[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"),
        ];
        return named.Count > 0 ? named
            : Split(settings[WebHostDefaults.ServerUrlsKey]) is { Length: > 0 } urls ? urls
            : ports;
    }

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Returns why the server can't listen, as a clause, or null for a failure that isn't about an address.</summary>
    public static string? Reason(Exception failure) => failure switch
    {
        IOException { InnerException: AddressInUseException } => "another program is already listening there",
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => "another program is already listening there",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "this machine has no such address",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "permission denied; on Linux, ports below 1024 need the capability NET_BIND_SERVICE",
        InvalidOperationException { Source: { } source } invalid when IsKestrel(source) && FrameworkInternals.IsMissingCertificate(invalid) =>
            "https needs a certificate: name its files in TLS_CERT_FILE and TLS_KEY_FILE (or in Kestrel__Certificates__Default__Path), or listen on http "
                + "behind a proxy that terminates TLS",
        CryptographicException => $"the certificate can't be read: {Clause(failure)}",
        SocketException or IOException or UnauthorizedAccessException or FormatException or ArgumentException => Clause(failure),
        InvalidOperationException { Source: { } source } when IsKestrel(source) => Clause(failure),
        _ => null,
    };

    private static bool IsKestrel(string source) => source.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal);

    private static string Clause(Exception failure) => failure.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
}
