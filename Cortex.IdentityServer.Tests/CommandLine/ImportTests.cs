using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Data;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary>The command <c>import</c>, which creates accounts from a file.</summary>
public sealed class ImportTests(PostgresCluster cluster) : IDisposable
{
    private const string Password = "correct horse battery staple";

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string InputFile => Path.Combine(_folder, "users.ndjson");

    private string Results => Path.Combine(_folder, "failed.ndjson");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Lines_that_fail_are_reported_and_the_others_create_accounts_that_can_log_in()
    {
        var database = await cluster.CreateDatabaseAsync();
        var hash = BCrypt.Net.BCrypt.HashPassword(Password, 4);
        await File.WriteAllLinesAsync(
            InputFile,
            [
                $$"""{"email":"ada@example.com","password_hash":"{{hash}}","subscription_tier":"pro","is_verified":true}""",
                """{"email":"bob@example.com","password_hash":"not-a-hash-of-bob"}""",
                """{"email":"ADA@example.com"}""",
                "",
                "nonsense",
                """{"email":"carl@example.com"}""",
            ],
            Ct);

        var run = (await Cli.RunAsync(database, ["import", InputFile])).ShouldExitWith(3);

        Assert.Equal("5 lines: 2 created, 3 failed.", run.OutputLines()[^1]);
        Assert.Equal(
            ["line 2: validation_failed: ", "line 3: email_taken: ", "line 5: malformed_request: "],
            run.ErrorLines.Select(line => string.Join(' ', line.Split(' ')[..3]) + " "));
        Assert.DoesNotContain("example.com", run.Errors + run.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("not-a-hash", run.Errors, StringComparison.Ordinal);
        await using var server = await Replica.StartAsync(database);
        await (await server.LogInAsync("ada@example.com", Password)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("ada@example.com pro, carl@example.com free", await PythonDatabase.SqlAsync<string>(
            database, "SELECT string_agg(email || ' ' || subscription_tier, ', ' ORDER BY email) FROM users"));
        Assert.Equal(2L, await PythonDatabase.SqlAsync<long>(
            database, "SELECT count(*) FROM audit_events WHERE action = 'user.imported' AND actor_id IS NULL AND user_agent = 'command line'"));
    }

    [Fact]
    public async Task Import_reads_standard_input_and_writes_the_failures_to_a_file()
    {
        var database = await cluster.CreateDatabaseAsync();
        const string Lines = """
            {"email":"ada@example.com"}
            {"email":"bob@example.com","is_admin":true}
            """;
        await File.WriteAllTextAsync(Results, "what an earlier import left", Ct);

        var first = (await Cli.RunAsync(database, ["import", "-", "--results", Results], Lines)).ShouldExitWith(3);
        var failed = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(Results, Ct))).RootElement;
        var second = (await Cli.RunAsync(database, ["import", "-"], """{"email":"carl@example.com"}""")).ShouldExitWith(0);
        var empty = (await Cli.RunAsync(database, ["import", "-"])).ShouldExitWith(0);

        Assert.Equal("2 lines: 1 created, 1 failed.", first.OutputLines()[^1]);
        Assert.Empty(first.ErrorLines);
        Assert.Equal((2, "unknown_field"), (failed.GetProperty("line").GetInt32(), failed.GetProperty("code").GetString()));
        Assert.Equal("1 lines: 1 created, 0 failed.", second.OutputLines()[^1]);
        Assert.Equal("0 lines: 0 created, 0 failed.", empty.OutputLines()[^1]);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_or_written_is_one_error_line()
    {
        await WriteAsync(count: 1);
        foreach (var arguments in new string[][]
        {
            ["import", Results], ["import", _folder], ["import", InputFile, "--results", _folder], ["import", InputFile, "--results", InputFile],
        })
        {
            Assert.Single((await Cli.RunAsync("postgresql://127.0.0.1:1/nowhere", arguments)).ShouldExitWith(1).ErrorLines);
        }

        Assert.Single(await File.ReadAllLinesAsync(InputFile, Ct));
    }

    [Fact]
    public async Task Import_reports_its_progress_through_a_long_file()
    {
        await WriteAsync(count: 21_000);

        var run = (await Cli.RunAsync(await cluster.CreateDatabaseAsync(), ["import", InputFile])).ShouldExitWith(0);

        Assert.Contains(run.OutputLines(), line => line.StartsWith("10,000 lines: 10,000 created, 0 failed", StringComparison.Ordinal));
        Assert.Contains(run.OutputLines(), line => line.StartsWith("20,000 lines: 20,000 created, 0 failed", StringComparison.Ordinal));
        Assert.Equal("21,000 lines: 21,000 created, 0 failed.", run.OutputLines()[^1]);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public async Task When_interrupted_it_reports_what_was_created_and_that_stays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no signals");
        var database = await cluster.CreateDatabaseAsync();
        await using var import = Cli.Start(database, ["import", "-"]);
        await import.Input.WriteAsync("""
            {"email":"ada@example.com"}
            {"email":"bob@example.com"}

            """);
        await import.Input.FlushAsync(Ct);
        await Poll.UntilAsync(
            TimeSpan.FromMinutes(1), "the imported users", async () => await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM users") == 2);

        // The command has to stop although its standard input stays open.
        var run = (await import.SignalAsync("INT")).ShouldExitWith(130);

        Assert.StartsWith("Interrupted after 2 lines: 2 created, 0 failed.", run.OutputLines()[^1], StringComparison.Ordinal);
        Assert.Empty(run.ErrorLines);
        Assert.Equal(2L, await PythonDatabase.SqlAsync<long>(database, "SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task A_terminal_shows_a_progress_bar()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "there is no script(1) to make a terminal");
        await WriteAsync(count: 3_000);
        await File.AppendAllTextAsync(InputFile, "nonsense\n", Ct);
        using var script = new Process
        {
            StartInfo = new("script", ["-q", "-e", "-c", $"dotnet '{ServerProcess.Program}' import '{InputFile}'", "/dev/null"])
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
                Environment =
                {
                    ["TERM"] = "xterm-256color", ["DOTNET_ENVIRONMENT"] = "Production", ["POSTGRES_URL"] = await cluster.CreateDatabaseAsync(),
                    ["JWT_SECRET_KEY"] = CortexApp.JwtSecret, ["SECRET_KEY"] = CortexApp.SecretKey, ["CI"] = null,
                },
            },
        };
        script.Start();
        var output = await script.StandardOutput.ReadToEndAsync(Ct);
        await script.WaitForExitAsync(Ct);

        Assert.Equal(3, script.ExitCode);
        Assert.Contains('\e', output);
        Assert.Contains('━', output);
        Assert.Contains("100%", output, StringComparison.Ordinal);
        Assert.Contains("line 3001: malformed_request", output, StringComparison.Ordinal);
        Assert.EndsWith("3,001 lines: 3,000 created, 1 failed.", output.TrimEnd(), StringComparison.Ordinal);
    }

    private Task WriteAsync(int count) =>
        File.WriteAllLinesAsync(InputFile, Enumerable.Range(0, count).Select(number => $$"""{"email":"user{{number}}@example.com"}"""), Ct);
}
