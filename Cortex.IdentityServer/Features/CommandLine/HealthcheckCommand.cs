using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Tls;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>healthcheck</c> requests <c>/health</c> from a server. Containers use it because the image has no curl.</summary>
internal static class HealthcheckCommand
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may take to notice renewed files, with some reserve.</summary>
    private static readonly TimeSpan RenewalTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var option = new Option<string?>("--url") { HelpName = "address", Description = "The address of the server. Default: the server in this container" };

        // Before --url existed, the address was an argument, and existing compose files still pass it that way.
        var argument = new Argument<string?>("address") { Arity = ArgumentArity.ZeroOrOne, Hidden = true };
        var command = new Command("healthcheck", "Checks whether a server is healthy.") { option, argument };
        option.Validators.Add(CheckAddress);
        argument.Validators.Add(CheckAddress);
        command.Validators.Add(given =>
        {
            if (given.GetResult(option) is not null && given.GetResult(argument) is { Tokens.Count: > 0 })
            {
                given.AddError("Give only one address.");
            }
        });
        command.SetAction(
            (parsed, stop) => RunAsync(
                (parsed.GetValue(option) ?? parsed.GetValue(argument)) is { } address ? HealthTarget.At(address)! : HealthTarget.InThisContainer(), stop));
        return command;
    }

    private static void CheckAddress(SymbolResult given)
    {
        if (given.Tokens is [{ Value: var text }] && HealthTarget.At(text) is null)
        {
            given.AddError("The address must be http://host:port, https://host:port or http://unix:/path.");
        }
    }

    private static async Task<int> RunAsync(HealthTarget target, CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler
        {
            // HTTP_PROXY is meant for outgoing requests, not for this server.
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = async (_, ct) => new NetworkStream(await ConnectAsync(target.EndPoints, ct), ownsSocket: true),
        };
        if (target.Pin is { } pin)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => pin.Matches(certificate);
        }
        else if (!target.ChecksCertificate)
        {
#pragma warning disable CA5359 // see HealthTarget.ChecksCertificate
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        using var http = new HttpMessageInvoker(handler);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(Timeout);
        try
        {
            using var response = await SendAsync(http, target, timeout.Token);
            if (response.IsSuccessStatusCode)
            {
                await Console.Out.WriteLineAsync("healthy");
                return ExitCode.Done;
            }

            await Console.Error.WriteLineAsync($"unhealthy: {target.Name} answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException failure) when (target.Pin is not null && IsOtherCertificate(failure))
        {
            await Console.Error.WriteLineAsync(
                $"unhealthy: {target.Name} has another certificate than {TlsOptions.CertificateVariable} and {TlsOptions.KeyVariable}");
        }
        catch (HttpRequestException failure)
        {
            await Console.Error.WriteLineAsync($"unhealthy: {target.Name} can't be reached: {failure.Message}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"unhealthy: {target.Name} didn't answer within {Timeout.TotalSeconds:0} seconds");
        }

        return ExitCode.Failed;
    }

    /// <summary>Sends the request, again and again while the server may not have noticed renewed files yet.</summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http, HealthTarget target, CancellationToken stop)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target.Url);
            try
            {
                return await http.SendAsync(request, stop);
            }
            catch (HttpRequestException failure)
                when (target.Pin is not null && IsOtherCertificate(failure) && Stopwatch.GetElapsedTime(started) < RenewalTime)
            {
                await Task.Delay(RetryInterval, stop);
            }
        }
    }

    private static bool IsOtherCertificate(HttpRequestException failure) =>
        failure.InnerException is AuthenticationException authentication && FrameworkInternals.IsUntrustedCertificate(authentication);

    private static async Task<Socket> ConnectAsync(IReadOnlyList<EndPoint> endPoints, CancellationToken stop)
    {
        for (var i = 0; ; i++)
        {
            var socket = endPoints[i] is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(endPoints[i], stop);
                return socket;
            }
            catch (SocketException) when (i + 1 < endPoints.Count)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
