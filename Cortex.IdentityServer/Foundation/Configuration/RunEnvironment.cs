namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>
/// Decides whether Development's or Production's rules apply. Only the exact name <c>Development</c> selects Development's rules, and every other name
/// selects Production's. A near miss of either name keeps the server from starting, because the operator expects rules that
/// might not apply.
/// </summary>
/// <remarks>
/// <c>launchSettings.json</c> can't set the default: <c>dotnet run</c> lets it override environment variables, so a server started with
/// <c>DOTNET_ENVIRONMENT=Production</c> would silently run without Production's checks.
/// </remarks>
internal static class RunEnvironment
{
    /// <summary>The maximum edit distance at which a name still counts as a misspelled Development or Production.</summary>
    private const int MaxTypos = 2;

    /// <summary>Whether Development's rules apply. Unlike the framework's own check, this one is case-sensitive.</summary>
    public static bool HasDevelopmentRules(IHostEnvironment environment) => environment.EnvironmentName == Environments.Development;

    /// <summary>
    /// Returns the environment's name: the one that the operator set, or Development inside the source tree, or null for the framework's default,
    /// Production.
    /// </summary>
    /// <exception cref="ConfigurationException">The name is a near miss of Development or Production, or two variables disagree.</exception>
    public static string? Choose(string[] args)
    {
        if (Read(new ConfigurationBuilder().AddCommandLine(args)) is { } argument)
        {
            return Validate("--environment", argument);
        }

        var dotnet = Read(new ConfigurationBuilder().AddEnvironmentVariables("DOTNET_"));
        var aspnet = Read(new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_"));
        if (dotnet is not null && aspnet is not null && dotnet != aspnet)
        {
            throw new ConfigurationException("DOTNET_ENVIRONMENT must be the same as ASPNETCORE_ENVIRONMENT, or one of the two must be unset.");
        }

        return (dotnet, aspnet) switch
        {
            ({ } name, _) => Validate("DOTNET_ENVIRONMENT", name),
            (_, { } name) => Validate("ASPNETCORE_ENVIRONMENT", name),
            _ => LocalFolder.SolutionFolder() is null ? null : Environments.Development,
        };
    }

    private static string? Read(IConfigurationBuilder source) => source.Build()[HostDefaults.EnvironmentKey] is { Length: > 0 } name ? name : null;

    private static string Validate(string source, string name)
    {
        var bare = name.AsSpan().Trim().Trim("\"'`").Trim();
        if (FindIntendedName(bare) is { } meant && name != meant)
        {
            throw new ConfigurationException(
                $"{source} must be exactly {meant}, if that is what you mean; case, spaces, and quotes matter. Production's rules apply under every "
                + "name other than Development.");
        }

        return bare.Length == name.Length
            ? name
            : throw new ConfigurationException($"{source} must be a name without spaces or quotes around it, such as Development or Production.");
    }

    /// <summary>Returns Development or Production if the name was probably meant to be that, or null otherwise.</summary>
    private static string? FindIntendedName(ReadOnlySpan<char> name)
    {
        // Names such as Production1 and ProductionEurope are deliberate, and Production's rules apply to them anyway.
        if (name.StartsWith(Environments.Production, StringComparison.Ordinal) && name.Length > Environments.Production.Length)
        {
            return null;
        }

        foreach (var known in (string[])[Environments.Development, Environments.Production])
        {
            var isAbbreviation = name.Length >= 3 && known.AsSpan().StartsWith(name, StringComparison.OrdinalIgnoreCase);
            if (isAbbreviation || Spelling.Distance(name.ToString().ToUpperInvariant(), known.ToUpperInvariant()) <= MaxTypos)
            {
                return known;
            }
        }

        return null;
    }
}
