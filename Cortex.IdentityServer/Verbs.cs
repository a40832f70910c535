using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cortex.IdentityServer.Configuration;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Data.Embedded;
using Microsoft.AspNetCore.Connections;
using Npgsql;

namespace Cortex.IdentityServer;

/// <summary>What the program can be asked to do: <c>serve</c> (the default), <c>migrate</c>, <c>healthcheck [url]</c>.</summary>
internal static class Verbs
{
    /// <summary>What a shell shows for a program that Ctrl-C ended.</summary>
    private const int Interrupted = 130;

    /// <summary>0 when all went well; 1 with one line on standard error when a person has to act.</summary>
    public static async Task<int> RunAsync(string[] args, Func<string[], bool, CancellationToken, Task> serve)
    {
        // The host hears signals only once it runs. Before, they would end the process and leave its PostgreSQL behind.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            switch (args)
            {
                case ["healthcheck", .. var rest]:
                    return await IsHealthyAsync(rest.FirstOrDefault() ?? "http://localhost:8080") ? 0 : 1;
                case ["migrate", .. var rest]:
                    await serve(rest, true, stop.Token);
                    return 0;
                case ["serve", .. var rest]:
                    await serve(rest, false, stop.Token);
                    return 0;
                case [{ } verb, ..] when !verb.StartsWith('-'):
                    await Console.Error.WriteLineAsync($"There is no command {verb}. Commands: serve (the default), migrate, healthcheck [url].");
                    return 2;
                default:
                    await serve(args, false, stop.Token);
                    return 0;
            }
        }
        catch (Exception failure) when (stop.IsCancellationRequested && failure is OperationCanceledException or EmbeddedPostgresException or NpgsqlException)
        {
            // Asked to stop while it was starting: Ctrl-C also reaches the programs that it waited for.
            return Interrupted;
        }
        catch (Exception failure) when (failure is ConfigurationException or EmbeddedPostgresException or MigrationRefusedException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (NpgsqlException failure)
        {
            // Npgsql's messages name the host and the reason, and no password.
            await Console.Error.WriteLineAsync($"PostgreSQL at POSTGRES_URL can't be used: {failure.Message}");
            return 1;
        }
        catch (Exception failure) when (failure is SocketException or IOException { InnerException: AddressInUseException })
        {
            // From Kestrel: taken, not ours, or below 1024. Its message names the address where it is taken.
            await Console.Error.WriteLineAsync($"The server can't listen at its address (--urls or ASPNETCORE_URLS): {failure.Message}");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>For container health checks, whose images have no curl.</summary>
    private static async Task<bool> IsHealthyAsync(string url)
    {
        using var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3) };
        using var http = new HttpMessageInvoker(handler);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(url), "/health"));
        try
        {
            using var response = await http.SendAsync(request, timeout.Token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return false;
        }
    }
}
