using System.Runtime.InteropServices;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Embedded;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The entry point: starts the server or runs a command, and returns one of <see cref="ExitCode"/>.</summary>
internal static class Entry
{
    private static readonly string[] HelpOrVersion = ["--help", "-h", "-?", "/h", "/?", "--version"];

    public static async Task<int> RunAsync(string[] args, Server server)
    {
        // The host handles signals only once it runs. Before that, a signal would kill the process and leave its embedded PostgreSQL running.
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
            // A signal arrived during startup or a command. Ctrl-C also reaches child processes, so their failures count as the interruption.
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

    /// <summary>Returns the arguments for the host, or null if the command line asks for a command, help, or the version.</summary>
    /// <remarks>Most starts serve. Deciding this without the command parser saves its load time and memory.</remarks>
    private static string[]? ServeArguments(string[] args) => args switch
    {
        _ when args.Intersect(HelpOrVersion).Any() => null,
        ["serve", .. var rest] => rest,
        [] or [['-', ..], ..] => args,
        _ => null,
    };
}
