using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary>Runs the program's commands as an operator does in Production.</summary>
internal static class Cli
{
    public static Task<ServerRun> RunAsync(string database, string[] arguments, string input = "", params (string Name, string Value)[] settings) =>
        ServerProcess.RunAsync(arguments, input, Variables(database, settings));

    public static ServerProcess Start(string database, string[] arguments, params (string Name, string Value)[] settings) =>
        ServerProcess.Start(arguments, Variables(database, settings));

    /// <summary>Checks the exit code. The message of a failure contains the output.</summary>
    public static ServerRun ShouldExitWith(this ServerRun run, int exitCode)
    {
        Assert.True(run.ExitCode == exitCode, $"exit code {run.ExitCode}\n{run.Output}\n{run.Errors}");
        Assert.DoesNotContain("   at ", run.Output + run.Errors, StringComparison.Ordinal);
        return run;
    }

    public static string[] OutputLines(this ServerRun run) => run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static (string Name, string Value)[] Variables(string database, (string Name, string Value)[] settings) =>
    [
        ("DOTNET_ENVIRONMENT", "Production"), ("POSTGRES_URL", database), ("JWT_SECRET_KEY", CortexApp.JwtSecret), ("SECRET_KEY", CortexApp.SecretKey),
        ("PUBLIC_URL", CortexApp.Issuer), ("BCRYPT_COST", "10"),
        .. settings,
    ];
}
