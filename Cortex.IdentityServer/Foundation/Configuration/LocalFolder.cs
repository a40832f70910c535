using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Foundation.Secrets;

namespace Cortex.IdentityServer.Foundation.Configuration;

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
        try
        {
            PrivateFolder.Make(folder);
            if (!File.Exists(path))
            {
                Keep(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            }

            // A machine that lost power may have kept the file's name and not its text.
            var secret = Encoding.UTF8.GetBytes(File.ReadAllText(path).Trim());
            if (secret.Length < SecretOptions.LeastBytes)
            {
                settings.Refuse(
                    "CORTEX_DATA",
                    $"contains a damaged secret: delete {path} to have a new one generated (sessions and second factors that depend on the old one are lost)");
            }

            return secret;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            settings.Refuse("CORTEX_DATA", $"must be a folder for this server's secrets that no other account owns or may write to ({folder} isn't)");
            return [];
        }
    }

    private static void Keep(string path, string secret)
    {
        // Written beside and moved, so that no start ever reads half a secret; two starts at once agree on the first.
        // The name is random: replicas in containers share process ids.
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = PrivateFolder.OwnersFile;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.WriteLine(secret);
        }

        try
        {
            // File.Move looks and then renames, so that of two at once the later one wins over the earlier; a second link to the file fails instead.
            if (OperatingSystem.IsWindows() || (Link(CText(draft), CText(path)) != 0 && !File.Exists(path)))
            {
                File.Move(draft, path, overwrite: false);
            }
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another start was first.
        }
        finally
        {
            File.Delete(draft);
        }
    }

    [DllImport("libc", EntryPoint = "link")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] existing, byte[] another);

    /// <summary>As C wants it: UTF-8, ended by a NUL.</summary>
    private static byte[] CText(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    /// <summary>The folder of the solution that the running program was built in; null for one that was deployed.</summary>
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
