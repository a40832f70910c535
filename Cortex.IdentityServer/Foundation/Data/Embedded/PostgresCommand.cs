using System.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Runs a program to its end, bounded in time, with an environment that the caller's settings cannot colour.</summary>
internal static class PostgresCommand
{
    /// <remarks>
    /// The prefix is <see cref="PostgresAccount.Prefix"/>, or empty to run as ourselves. The data directory goes in as PGDATA:
    /// pg_ctl would hand <c>-D</c> to a shell, which expands what is in it.
    /// </remarks>
    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> prefix, string program, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken ct,
        string? dataDirectory = null)
    {
        string[] line = [.. prefix, program, .. arguments];
        using var process = new Process { StartInfo = Describe(line, dataDirectory) };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new CommandResult(127, e.Message);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            ct.ThrowIfCancellationRequested();
            return new CommandResult(124, $"{Path.GetFileName(program)} did not end within {limit.TotalSeconds:0} seconds");
        }

        // On Windows a server that pg_ctl leaves behind inherits the pipes: do not wait for their end.
        var both = Task.WhenAll(output, errors);
        await Task.WhenAny(both, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        return new CommandResult(process.ExitCode, both.IsCompletedSuccessfully ? output.Result + errors.Result : "");
    }

    private static ProcessStartInfo Describe(string[] line, string? dataDirectory)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true, // no console of ours either, so that Ctrl-C on Windows does not reach the server
            // Ours may be closed to the account.
            WorkingDirectory = Path.GetPathRoot(Path.GetTempPath()),
        };

        foreach (var name in start.Environment.Keys.Where(IsPostgresOrLocale).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C"; // messages in English: they are read, and end up in ours
        if (dataDirectory is not null)
        {
            start.Environment["PGDATA"] = dataDirectory;
        }

        return start;
    }

    private static bool IsPostgresOrLocale(string name) =>
        name.StartsWith("PG", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("LC_", StringComparison.OrdinalIgnoreCase)
        || name is "LANG" or "LANGUAGE";
}
