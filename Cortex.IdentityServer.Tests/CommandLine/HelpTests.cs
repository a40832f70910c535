using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary>The help texts and the messages about mistyped commands.</summary>
public sealed class HelpTests
{
    private static readonly string[] Commands = ["serve", "migrate", "create-admin", "import", "rotate-keys", "usage", "billing", "healthcheck", "doctor"];

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public async Task Help_names_every_command_and_exit_code(string argument)
    {
        var run = (await ServerProcess.RunAsync([argument])).ShouldExitWith(0);

        Assert.Empty(run.ErrorLines);
        Assert.All(Commands, command => Assert.Contains($"\n  {command} ", run.Output, StringComparison.Ordinal));
        Assert.All(["0", "1", "2", "3", "130"], code => Assert.Contains($"\n  {code} ", run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("serve", "--urls", "--environment", "POSTGRES_URL", "ASPNETCORE_URLS")]
    [InlineData("migrate", "--environment", "POSTGRES_URL")]
    [InlineData("create-admin", "--email", "--promote", "POSTGRES_URL", "CORTEX_DATA", "/dev/null")]
    [InlineData("import", "<file>", "--results", "POSTGRES_URL", "password_hash")]
    [InlineData("usage", "partition", "POSTGRES_URL")]
    [InlineData("usage partition", "--cancel", "--environment", "POSTGRES_URL", "USAGE_RETENTION_DAYS", "disk space", "130")]
    [InlineData("billing", "sync", "POSTGRES_URL")]
    [InlineData("billing sync", "--all-users", "--user", "POLAR_ACCESS_TOKEN", "130")]
    [InlineData("rotate-keys", "--now", "--revoke", "SECRET_KEY", "JWT_ALGORITHM")]
    [InlineData("healthcheck", "--url", "ASPNETCORE_HTTP_PORTS")]
    [InlineData("doctor", "--environment", "warn", "changes nothing", "130")]
    public async Task The_help_of_a_command_lists_its_options_its_variables_an_example_and_the_exit_codes(string command, params string[] words)
    {
        var run = (await ServerProcess.RunAsync([.. command.Split(' '), "--help"])).ShouldExitWith(0);

        Assert.Empty(run.ErrorLines);
        Assert.All([.. words, "Example", "Environment variables", "Exit codes", "--help"], text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
    }

    /// <remarks>A build from a clone, or of the image with its revision, adds the commit: <c>0.1.0+28b259e3…</c>.</remarks>
    [Theory]
    [InlineData("--version")]
    [InlineData("--urls http://127.0.0.1:0 --version")]
    public async Task The_version_is_one_line_with_the_commit_if_it_is_known(string arguments)
    {
        var run = (await ServerProcess.RunAsync(arguments.Split(' '))).ShouldExitWith(0);

        Assert.Empty(run.ErrorLines);
        Assert.Matches($@"^{Regex.Escape(Product.Version)}(\+[0-9a-f]{{40}})?$", Assert.Single(run.OutputLines()));
    }

    [Theory]
    [InlineData("create-amin --email ada@example.com", "Did you mean create-admin?")]
    [InlineData("frobnicate", "There is no command frobnicate.")]
    [InlineData("frobnicate --help", "There is no command frobnicate.")]
    [InlineData("create-admin --emial ada@example.com", "Did you mean --email?")]
    [InlineData("create-admin", "--email")]
    [InlineData("create-admin --email", "--email")]
    [InlineData("import", "file")]
    [InlineData("migrate now", "doesn't take now")]
    [InlineData("migrate --urls http://127.0.0.1:0", "--urls")]
    [InlineData("serve --version", "--version")]
    [InlineData("billing", "billing --help")]
    [InlineData("billing sync --user ada", "--user")]
    [InlineData("usage", "usage --help")]
    [InlineData("usage partiton", "Did you mean partition?")]
    [InlineData("usage partition --cancle", "Did you mean --cancel?")]
    [InlineData("usage partition now", "usage partition doesn't take now")]
    [InlineData("healthcheck nowhere", "http://")]
    [InlineData("healthcheck http://127.0.0.1:1 --url http://127.0.0.1:2", "one address")]
    public async Task A_mistyped_command_line_gets_one_helpful_line(string arguments, string hint)
    {
        // The arguments are checked first, so no missing setting is reported.
        var run = (await ServerProcess.RunAsync(arguments.Split(' '), ("DOTNET_ENVIRONMENT", "Production"))).ShouldExitWith(2);

        var line = Assert.Single(run.ErrorLines);
        Assert.Empty(run.Output);
        Assert.Contains(hint, line, StringComparison.Ordinal);
        Assert.All(Commands, command => Assert.Contains(command, line, StringComparison.Ordinal));
    }

    /// <remarks>Options work with and without the word <c>serve</c>, and in both notations.</remarks>
    [Theory]
    [InlineData("serve --environment Production")]
    [InlineData("serve --environment=Production")]
    [InlineData("--environment=Production")]
    public async Task Options_of_serve_reach_the_host(string arguments)
    {
        var run = (await ServerProcess.RunAsync(arguments.Split(' '))).ShouldExitWith(1);

        Assert.All(run.ErrorLines, line => Assert.Contains("must be set in Production", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_needs_settings_names_the_missing_ones()
    {
        var run = (await ServerProcess.RunAsync(["rotate-keys", "--environment", "Production"])).ShouldExitWith(1);

        Assert.Equal(["JWT_SECRET_KEY", "POSTGRES_URL", "SECRET_KEY"], run.ErrorLines.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.Empty(run.Output);
    }
}
