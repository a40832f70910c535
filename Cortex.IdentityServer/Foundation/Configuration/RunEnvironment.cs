namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>
/// Decides which rules hold. Only <c>Development</c>, spelled exactly so, has Development's; every other name has Production's,
/// and a name that is nearly one of the two is refused, because whoever typed it counts on rules that might not hold.
/// </summary>
/// <remarks>
/// <c>launchSettings.json</c> can't choose the default: <c>dotnet run</c> lets it override the caller's variables, so that a server
/// started with <c>DOTNET_ENVIRONMENT=Production</c> would silently run without Production's refusals.
/// </remarks>
internal static class RunEnvironment
{
    /// <summary>How many letters may be wrong in a name that was meant to be Development or Production.</summary>
    private const int MostTypos = 2;

    /// <summary>The framework's own check ignores case.</summary>
    public static bool HasDevelopmentRules(IHostEnvironment environment) => environment.EnvironmentName == Environments.Development;

    /// <summary>
    /// The name to run under: what the caller says, otherwise Development inside the source tree, otherwise null for the framework's default, Production.
    /// </summary>
    /// <exception cref="ConfigurationException">The name is nearly Development or Production, or two variables disagree.</exception>
    public static string? Choose(string[] args)
    {
        if (Read(new ConfigurationBuilder().AddCommandLine(args)) is { } argument)
        {
            return Checked("--environment", argument);
        }

        var dotnet = Read(new ConfigurationBuilder().AddEnvironmentVariables("DOTNET_"));
        var aspnet = Read(new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_"));
        if (dotnet is not null && aspnet is not null && dotnet != aspnet)
        {
            throw new ConfigurationException("DOTNET_ENVIRONMENT must be the same as ASPNETCORE_ENVIRONMENT, or one of the two must be unset.");
        }

        return (dotnet, aspnet) switch
        {
            ({ } name, _) => Checked("DOTNET_ENVIRONMENT", name),
            (_, { } name) => Checked("ASPNETCORE_ENVIRONMENT", name),
            _ => LocalFolder.SolutionFolder() is null ? null : Environments.Development,
        };
    }

    private static string? Read(IConfigurationBuilder source) => source.Build()[HostDefaults.EnvironmentKey] is { Length: > 0 } name ? name : null;

    private static string Checked(string source, string name)
    {
        var bare = name.AsSpan().Trim().Trim("\"'`").Trim();
        if (Meant(bare) is { } meant && name != meant)
        {
            throw new ConfigurationException(
                $"{source} must be exactly {meant}, if that is what you mean: case, spaces and quotes matter. Any name but Development has "
                    + "Production's rules.");
        }

        return bare.Length == name.Length
            ? name
            : throw new ConfigurationException($"{source} must be a name without spaces or quotes around it, such as Development or Production.");
    }

    /// <summary>Development or Production, if the name was probably meant to be it.</summary>
    private static string? Meant(ReadOnlySpan<char> name)
    {
        // Production1 or ProductionEurope is somebody's own name, and has Production's rules anyway.
        if (name.StartsWith(Environments.Production, StringComparison.Ordinal) && name.Length > Environments.Production.Length)
        {
            return null;
        }

        foreach (var known in (string[])[Environments.Development, Environments.Production])
        {
            var isAbbreviation = name.Length >= 3 && known.AsSpan().StartsWith(name, StringComparison.OrdinalIgnoreCase);
            if (isAbbreviation || Spelling.Distance(name.ToString().ToUpperInvariant(), known.ToUpperInvariant()) <= MostTypos)
            {
                return known;
            }
        }

        return null;
    }
}
