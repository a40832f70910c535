using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cortex.IdentityServer.CommandLine;

/// <summary><c>healthcheck</c>: asks a server for <c>/health</c>, for container health checks, whose images have no curl.</summary>
internal static class HealthcheckCommand
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var option = new Option<string?>("--url") { HelpName = "address", Description = "Where the server answers. Unset: this container's own" };

        // What it was before there was an option, in somebody's compose file.
        var argument = new Argument<string?>("address") { Arity = ArgumentArity.ZeroOrOne, Hidden = true };
        var command = new Command("healthcheck", "Tells whether a server is healthy.") { option, argument };
        option.Validators.Add(CheckAddress);
        argument.Validators.Add(CheckAddress);
        command.Validators.Add(given =>
        {
            if (given.GetResult(option) is not null && given.GetResult(argument) is { Tokens.Count: > 0 })
            {
                given.AddError("There is one address, not two.");
            }
        });
        command.SetAction((parsed, stop) => RunAsync(parsed.GetValue(option) ?? parsed.GetValue(argument) ?? OwnAddress(), stop));
        return command;
    }

    private static void CheckAddress(SymbolResult given)
    {
        if (given.Tokens is [{ Value: var text }] && (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            given.AddError("The address must be http://host:port or https://host:port.");
        }
    }

    private static async Task<int> RunAsync(string address, CancellationToken stop)
    {
        var url = new Uri(new Uri(address), "/health");
        using var handler = new SocketsHttpHandler { ConnectTimeout = ConnectPatience };
        using var http = new HttpMessageInvoker(handler);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            if (response.IsSuccessStatusCode)
            {
                await Console.Out.WriteLineAsync("healthy");
                return ExitCode.Done;
            }

            await Console.Error.WriteLineAsync($"unhealthy: {url} answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException failure)
        {
            await Console.Error.WriteLineAsync($"unhealthy: {url} can't be reached: {failure.Message}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"unhealthy: {url} didn't answer within {Patience.TotalSeconds:0} seconds");
        }

        return ExitCode.Failed;
    }

    /// <summary>The first of the addresses at which ASP.NET Core listens without TLS, as far as the variables say it.</summary>
    private static string OwnAddress()
    {
        var urls = Environment.GetEnvironmentVariable("ASPNETCORE_URLS")?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var ports = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var port = urls.Where(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)).Select(url => $"{BindingAddress.Parse(url).Port}")
            .Concat(ports)
            .FirstOrDefault("8080");
        return $"http://localhost:{port}";
    }
}
