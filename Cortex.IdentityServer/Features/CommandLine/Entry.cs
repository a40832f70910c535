using System.Runtime.InteropServices;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Where the program begins: it serves, or does what a command says, and ends with one of <see cref="ExitCode"/>.</summary>
internal static class Entry
{
    private static readonly string[] Help = ["--help", "-h", "-?", "/h", "/?"];

    public static async Task<int> RunAsync(string[] args, Server server)
    {
        // The host hears signals only once it runs. Before, they would end the process and leave its PostgreSQL behind.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            if (ServeArguments(args) is not { } arguments)
            {
                return await Commands.RunAsync(args, server, stop.Token);
            }

            await server.ServeAsync(arguments, stop.Token);
            return ExitCode.Done;
        }
        catch (Exception failure) when (stop.IsCancellationRequested
            && (failure is OperationCanceledException or EmbeddedPostgresException or CommandFailedException
                || DatabaseFailure.FromNpgsql(failure) is not null))
        {
            // Asked to stop while it was starting or at work: Ctrl-C also reaches the programs that it waited for.
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (failure is ConfigurationException or EmbeddedPostgresException or MigrationRefusedException or CommandFailedException
            or ListenException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitCode.Failed;
        }
        catch (Exception failure) when (DatabaseErrorLine.Of(failure) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return ExitCode.Failed;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>What the host is given, or null where something else is asked for.</summary>
    /// <remarks>The parser of commands isn't loaded to serve, which most starts are for: that spares each of them its time and memory.</remarks>
    private static string[]? ServeArguments(string[] args) => args switch
    {
        _ when args.Intersect(Help).Any() => null,
        ["serve", .. var rest] => rest,
        [] or [['-', ..], ..] when !args.Contains("--version") => args,
        _ => null,
    };
}
