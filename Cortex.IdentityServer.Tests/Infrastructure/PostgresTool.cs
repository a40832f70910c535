using System.Diagnostics;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Runs PostgreSQL's client programs, as an operator does.</summary>
internal static class PostgresTool
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs a program on a database, and returns its standard output. The test is skipped if the program isn't installed.</summary>
    public static async Task<string> RunAsync(string program, string database, params string[] arguments)
    {
        var (exitCode, output, errors) = await TryAsync(program, database, input: "", arguments);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    /// <summary>Runs <c>psql</c> with a script, which ends at the first error.</summary>
    public static async Task<(int ExitCode, string Errors)> PsqlAsync(string database, string script, params string[] arguments)
    {
        var (exitCode, _, errors) = await TryAsync("psql", database, script, ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", .. arguments]);
        return (exitCode, errors);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> TryAsync(string program, string database, string input, string[] arguments)
    {
        var target = new NpgsqlConnectionStringBuilder(database);
        var start = new ProcessStartInfo(await PostgresProgram.FindAsync(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[]
        {
            ("PGHOST", target.Host), ("PGPORT", $"{target.Port}"), ("PGDATABASE", target.Database), ("PGUSER", target.Username),
            ("PGPASSWORD", target.Password),
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), Cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended at an error.
        }

        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output, await errors);
    }
}
