using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Configuration;

/// <summary>
/// The folder <c>.cortex/</c> in which a development server keeps its PostgreSQL cluster and its generated secrets,
/// so that a restart keeps accounts and sessions. Production never uses it.
/// </summary>
internal static class LocalFolder
{
    /// <summary><c>CORTEX_DATA</c>, else <c>.cortex</c> beside the solution that the running program was built from, else in the current folder.</summary>
    public static string Locate(SettingsReader settings) =>
        Path.GetFullPath(settings.Text("CORTEX_DATA") ?? Path.Combine(SolutionFolder() ?? Directory.GetCurrentDirectory(), ".cortex"));

    /// <summary>The kept secret of this name, made at the first call.</summary>
    public static byte[] Secret(SettingsReader settings, string name)
    {
        var folder = Locate(settings);
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(folder);
        if (!File.Exists(path))
        {
            Keep(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        }

        return Encoding.UTF8.GetBytes(File.ReadAllText(path).Trim());
    }

    private static void Keep(string path, string secret)
    {
        // Written beside and moved, so that no start ever reads half a secret; two starts at once agree on the first.
        var draft = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.WriteLine(secret);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }

    private static string? SolutionFolder()
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
