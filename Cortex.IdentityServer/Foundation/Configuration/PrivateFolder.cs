namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>Folders and files that hold secrets, or locks that another local user must not take.</summary>
internal static class PrivateFolder
{
    public const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Owner = OwnersFile | UnixFileMode.UserExecute;
    private const UnixFileMode Passage = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>How the names begin of what the server keeps in the folder.</summary>
    private static readonly string[] OurNames = ["postgres", "secret_key", "jwt_secret_key", "mail"];

    /// <summary>Makes the folder, or takes from everybody but its owner the rights that they have to it.</summary>
    /// <remarks>
    /// A server that root runs lends PostgreSQL another account, which has to pass through to its own folder; nobody can list the folder or
    /// open a file in it for that.
    /// </remarks>
    /// <exception cref="UnauthorizedAccessException">It belongs to another account.</exception>
    /// <exception cref="IOException">It holds other things too, and others may write to it.</exception>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        var allowed = Environment.IsPrivilegedProcess ? Owner | Passage : Owner;
        Directory.CreateDirectory(folder, allowed);
        var mode = File.GetUnixFileMode(folder);
        if ((mode & ~allowed) == 0)
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(folder).All(IsOurs))
        {
            File.SetUnixFileMode(folder, mode & allowed);
        }
        else if ((mode & Writable) != 0)
        {
            // Such as /tmp, whose rights aren't ours to change.
            throw new IOException($"{folder} contains other files too, and other accounts may write to it");
        }
    }

    /// <summary>Opens a file whose lock (<c>flock</c>) is held until it is closed, and which no other account can open.</summary>
    public static FileStream OpenLock(string path, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersFile;
            Tighten(path);
        }

        return new(path, options);
    }

    /// <summary>Earlier versions let everybody open it.</summary>
    private static void Tighten(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & ~OwnersFile) != 0)
        {
            File.SetUnixFileMode(path, OwnersFile);
        }
    }

    private static bool IsOurs(string path) => OurNames.Any(name => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal));
}
