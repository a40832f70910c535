namespace Cortex.IdentityServer.Configuration;

/// <summary>Which environment the server runs in where its caller doesn't say: Development from the source tree, Production anywhere else.</summary>
/// <remarks>
/// <c>launchSettings.json</c> can't do this: <c>dotnet run</c> lets it override the caller's variables, so that a server started
/// with <c>DOTNET_ENVIRONMENT=Production</c> would silently run without Production's refusals.
/// </remarks>
internal static class RunEnvironment
{
    /// <summary>The name to set, or null where the caller has chosen one and the framework reads it.</summary>
    public static string? Default(string[] args) =>
        IsChosen(args) || LocalFolder.SolutionFolder() is null ? null : Environments.Development;

    private static bool IsChosen(string[] args) =>
        !string.IsNullOrEmpty(new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables("DOTNET_")
            .AddCommandLine(args)
            .Build()[HostDefaults.EnvironmentKey]);
}
