namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Reports every error and warning about the variables.</summary>
internal static class SettingsCheck
{
    public static void Run(Examination work, CheckLines lines)
    {
        if (work.EnvironmentError is { } error)
        {
            lines.Fail("environment", error, "The other checks were made with Production's rules");
        }
        else
        {
            lines.Ok(
                "environment",
                $"{work.App.Environment.EnvironmentName}, with {(work.Settings.IsProduction ? "Production" : "Development")}'s rules");
        }

        var errors = work.Settings.Errors();
        foreach (var problem in errors)
        {
            lines.Fail("settings", problem);
        }

        var warnings = work.Settings.Warnings;
        foreach (var warning in warnings)
        {
            lines.Warn("settings", warning);
        }

        if (errors.Count + warnings.Count == 0)
        {
            lines.Ok("settings", "All variables are valid");
        }
    }
}
