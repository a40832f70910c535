using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>A misspelled environment name must not select unexpected rules.</remarks>
public sealed class RunEnvironmentTests(PostgresCluster cluster) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("DOTNET_ENVIRONMENT", "Prod", "Production")]
    [InlineData("ASPNETCORE_ENVIRONMENT", "production", "Production")]
    [InlineData("DOTNET_ENVIRONMENT", "Production ", "Production")]
    [InlineData("DOTNET_ENVIRONMENT", "\"Production\"", "Production")]
    [InlineData("DOTNET_ENVIRONMENT", "Prodution", "Production")]
    [InlineData("ASPNETCORE_ENVIRONMENT", "dev", "Development")]
    [InlineData("DOTNET_ENVIRONMENT", "DEVELOPMENT", "Development")]
    [InlineData("DOTNET_ENVIRONMENT", "Development\u00a0", "Development")]
    [InlineData("DOTNET_ENVIRONMENT", "Developement", "Development")]
    [InlineData("DOTNET_ENVIRONMENT", " Staging", "without spaces")]
    public async Task A_misspelled_name_is_refused_with_the_right_one(string variable, string name, string hint)
    {
        var run = await ServerProcess.RunAsync([], (variable, name), ("CORTEX_DATA", _folder));

        Assert.Equal(1, run.ExitCode);
        var line = Assert.Single(run.ErrorLines);
        Assert.StartsWith($"{variable} must be ", line, StringComparison.Ordinal);
        Assert.Contains(hint, line, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("serve", "--environment", "prod")]
    [InlineData("--environment=Dev")]
    [InlineData("migrate", "--environment", "Prod")]
    public async Task A_misspelled_name_on_the_command_line_is_refused(params string[] arguments)
    {
        var run = await ServerProcess.RunAsync(arguments, ("CORTEX_DATA", _folder));

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("--environment must be exactly ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Staging")]
    [InlineData("QA")]
    [InlineData("ProductionEurope")]
    public async Task Any_other_name_selects_the_rules_of_Production(string name)
    {
        var run = await ServerProcess.RunAsync([], ("DOTNET_ENVIRONMENT", name), ("CORTEX_DATA", _folder));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            ["JWT_SECRET_KEY", "POSTGRES_URL", "PUBLIC_URL", "SECRET_KEY"], run.ErrorLines.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Variables_that_disagree_are_refused_unless_the_command_line_decides()
    {
        (string, string)[] both = [("DOTNET_ENVIRONMENT", "Production"), ("ASPNETCORE_ENVIRONMENT", "Development"), ("CORTEX_DATA", _folder)];

        var disagreeing = await ServerProcess.RunAsync([], both);
        var decided = await ServerProcess.RunAsync(["--environment", "Production"], both);

        Assert.Equal((1, 1), (disagreeing.ExitCode, decided.ExitCode));
        Assert.Contains("ASPNETCORE_ENVIRONMENT", Assert.Single(disagreeing.ErrorLines), StringComparison.Ordinal);
        Assert.All(decided.ErrorLines, line => Assert.Contains("must be set in Production", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Development_and_an_empty_variable_start_with_generated_secrets()
    {
        foreach (var environment in new[] { ("DOTNET_ENVIRONMENT", "Development"), ("ASPNETCORE_ENVIRONMENT", "") })
        {
            await using var server = ServerProcess.Start(
                [], environment, ("POSTGRES_URL", await cluster.CreateDatabaseAsync()), ("CORTEX_DATA", _folder), ("ASPNETCORE_URLS", "http://127.0.0.1:0"));
            await server.WaitForAddressAsync();
        }
    }

    [Fact]
    public async Task Only_the_server_and_no_command_requires_PUBLIC_URL()
    {
        (string, string)[] settings =
        [
            ("DOTNET_ENVIRONMENT", "Production"), ("POSTGRES_URL", await cluster.CreateDatabaseAsync(migrated: false)),
            ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("SECRET_KEY", CortexApp.SecretKey),
        ];

        var migrate = await ServerProcess.RunAsync(["migrate"], settings);
        var serve = await ServerProcess.RunAsync([], settings);

        Assert.True(migrate.ExitCode == 0, migrate.Errors);
        Assert.Equal(1, serve.ExitCode);
        Assert.StartsWith("PUBLIC_URL must be set in Production", Assert.Single(serve.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://id.example.com", true)]
    [InlineData("http://identity:8080", true)]
    [InlineData("http://localhost:8080", false)]
    [InlineData("http://cortex.localhost", false)]
    [InlineData("http://127.0.0.1:8080", false)]
    [InlineData("https://id.example.com", false)]
    public void In_Production_an_http_PUBLIC_URL_of_another_machine_is_a_warning(string url, bool isWarning)
    {
        Assert.Equal(
            isWarning, Variables.Read("Production", ("PUBLIC_URL", url)).Warnings.Any(warning => warning.StartsWith("PUBLIC_URL ", StringComparison.Ordinal)));
        Assert.Empty(Variables.Read("Development", ("PUBLIC_URL", url)).Warnings);
    }
}
