using System.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Runs a program with a timeout, in an environment that the caller's own settings can't affect.</summary>
internal static class PostgresCommand
{
    /// <remarks>
    /// The prefix is <see cref="PostgresAccount.Prefix"/>, or empty to run as the server's own account. The data directory is passed as PGDATA, because
    /// pg_ctl would pass the value of <c>-D</c> to a shell, which would expand it.
    /// </remarks>
    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> prefix, string program, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken ct,
        string? dataDirectory = null)
    {
        string[] line = [.. prefix, program, .. arguments];
        using var process = new Process { StartInfo = CreateStartInfo(line, dataDirectory) };
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
            return new CommandResult(124, $"{Path.GetFileName(program)} didn't end within {limit.TotalSeconds:0} seconds");
        }

        // On Windows, the server that pg_ctl starts inherits the pipes, so they may never reach their end.
        var both = Task.WhenAll(output, errors);
        await Task.WhenAny(both, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        return new CommandResult(process.ExitCode, both.IsCompletedSuccessfully ? output.Result + errors.Result : "");
    }

    private static ProcessStartInfo CreateStartInfo(string[] line, string? dataDirectory)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true, // Without a shared console, Ctrl-C on Windows doesn't reach PostgreSQL.

            // The account may not be able to access the current directory.
            WorkingDirectory = Path.GetPathRoot(Path.GetTempPath()),
        };

        foreach (var name in start.Environment.Keys.Where(IsPostgresOrLocale).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C"; // Error messages are parsed and repeated to the operator, so they have to be in English.
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
