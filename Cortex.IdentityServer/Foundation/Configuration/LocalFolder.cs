namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>
/// The folder <c>.cortex/</c> in which a development server keeps its PostgreSQL cluster and its generated secrets,
/// so that a restart keeps accounts and sessions. Production never uses it.
/// </summary>
internal static class LocalFolder
{
    /// <summary>
    /// Returns <c>CORTEX_DATA</c> if it is set; otherwise <c>.cortex</c> next to the solution that the running program was built from, or in the current
    /// folder.
    /// </summary>
    public static string Locate(SettingsReader settings) =>
        Path.GetFullPath(settings.ReadText("CORTEX_DATA") ?? Path.Combine(SolutionFolder() ?? Directory.GetCurrentDirectory(), ".cortex"));

    /// <summary>Returns the folder of the solution that the running program was built in, or null for a deployed program.</summary>
    public static string? SolutionFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CortexIdentity.sln")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
