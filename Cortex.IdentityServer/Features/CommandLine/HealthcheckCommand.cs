using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>healthcheck</c> requests <c>/health</c> from a server. Containers use it because the image has no curl.</summary>
internal static class HealthcheckCommand
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

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
        if (!target.ChecksCertificate)
        {
#pragma warning disable CA5359 // see HealthTarget.ChecksCertificate
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        using var http = new HttpMessageInvoker(handler);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(Timeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, target.Url);
        try
        {
            using var response = await http.SendAsync(request, timeout.Token);
            if (response.IsSuccessStatusCode)
            {
                await Console.Out.WriteLineAsync("healthy");
                return ExitCode.Done;
            }

            await Console.Error.WriteLineAsync($"unhealthy: {target.Name} answered {(int)response.StatusCode}");
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
