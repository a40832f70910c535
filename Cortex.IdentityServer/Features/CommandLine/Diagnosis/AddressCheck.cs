using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks that the server can listen on its public and management addresses, or already does.</summary>
internal static class AddressCheck
{
    /// <summary>A server that is running answers sooner.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Examination work, CheckLines lines, CancellationToken stop)
    {
        foreach (var address in Listening.Addresses(work.App.Configuration))
        {
            await CheckAsync(
                "addresses", address, failure => lines.Fail("addresses", failure, $"Choose another address with {Listening.WhereToConfigure}"), lines, stop);
        }

        var telemetry = work.Get<TelemetryOptions>();
        foreach (var address in telemetry.ManagementUrls)
        {
            await CheckAsync("metrics", address, failure => ReportManagement(telemetry, failure, lines), lines, stop);
        }
    }

    /// <summary>Reports a failure, or only a warning for the default address, without which the server starts all the same.</summary>
    private static void ReportManagement(TelemetryOptions telemetry, string failure, CheckLines lines)
    {
        const string Advice = "Set MANAGEMENT_URLS to another address, or to off";
        if (telemetry.IsManagementConfigured)
        {
            lines.Fail("metrics", failure, Advice);
        }
        else
        {
            lines.Warn("metrics", failure, Advice);
        }
    }

    private static async Task CheckAsync(string check, string address, Action<string> fail, CheckLines lines, CancellationToken stop)
    {
        if (Parse(address) is not { } parsed)
        {
            fail($"{address} isn't an address to listen on");
            return;
        }

        if (parsed.IsUnixPipe)
        {
            lines.Ok(check, $"{address} is a Unix socket");
            return;
        }

        var failures = EndPoints(parsed).Select(TryBind).ToList();

        // Without IPv6, Kestrel listens on the IPv4 address of localhost alone.
        if (failures.Contains(null) && failures.All(failure => failure is null || IsMissing(failure)))
        {
            lines.Ok(check, $"{address} is free");
        }
        else if (failures.Any(failure => failure is { SocketErrorCode: SocketError.AddressAlreadyInUse }) && await IsOurServerAsync(parsed, stop))
        {
            lines.Ok(check, $"A server is running at {address}");
        }
        else
        {
            fail($"The server can't listen on {address}: {Listening.Reason(failures.OfType<SocketException>().First())}");
        }
    }

    private static BindingAddress? Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static IPEndPoint[] EndPoints(BindingAddress address) =>
        IPAddress.TryParse(address.Host, out var ip) ? [new(ip, address.Port)]
        : address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        ? [new(IPAddress.Loopback, address.Port), new(IPAddress.IPv6Loopback, address.Port)]
        : [new(IPAddress.Any, address.Port)];

    private static SocketException? TryBind(IPEndPoint endPoint)
    {
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
            return null;
        }
        catch (SocketException failure)
        {
            return failure;
        }
    }

    private static bool IsMissing(SocketException failure) =>
        failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;

    private static async Task<bool> IsOurServerAsync(BindingAddress address, CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
#pragma warning disable CA5359 // The certificate is for the public name, and the request carries no secret.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var http = new HttpClient(handler) { Timeout = AnswerTimeout };
        try
        {
            var host = IPAddress.TryParse(address.Host, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? address.Host : "localhost";
            using var answer = await http.GetAsync(new Uri($"{address.Scheme}://{host}:{address.Port}/health"), stop);
            return (await answer.Content.ReadAsStringAsync(stop)).Contains(HealthResponse.ServiceName, StringComparison.Ordinal);
        }
        catch (Exception failure) when (failure is HttpRequestException or UriFormatException or IOException
            || (failure is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }
}
