namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>Creates folders and files that only their owner can access: they hold secrets, or locks that other local users must not take.</summary>
internal static class PrivateFolder
{
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;
    private const UnixFileMode TraverseByOthers = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode WriteByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Prefixes of the names of the files that the server keeps in the folder.</summary>
    private static readonly string[] ServerFilePrefixes = ["postgres", "secret_key", "jwt_secret_key", "mail"];

    /// <summary>Creates the folder, or removes other accounts' permissions on it if it exists.</summary>
    /// <remarks>
    /// When root runs the server, PostgreSQL runs under another account that must traverse this folder to reach its own. The execute permission allows that
    /// without letting anyone list the folder or open its files.
    /// </remarks>
    /// <exception cref="UnauthorizedAccessException">The folder belongs to another account.</exception>
    /// <exception cref="IOException">The folder contains other files too, and other accounts may write to it.</exception>
    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        var allowed = Environment.IsPrivilegedProcess ? OwnerOnlyFolder | TraverseByOthers : OwnerOnlyFolder;
        Directory.CreateDirectory(folder, allowed);
        var mode = File.GetUnixFileMode(folder);
        if ((mode & ~allowed) == 0)
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(folder).All(IsServerFile))
        {
            File.SetUnixFileMode(folder, mode & allowed);
        }
        else if ((mode & WriteByOthers) != 0)
        {
            // The folder may be shared, such as /tmp, so its permissions aren't ours to change.
            throw new IOException($"{folder} contains other files too, and other accounts may write to it");
        }
    }

    /// <summary>Opens a file that no other account can open, and locks it (<c>flock</c>) until the stream is closed.</summary>
    public static FileStream OpenLock(string path, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
            RestrictToOwner(path);
        }

        return new(path, options);
    }

    /// <summary>Restricts a lock file that an earlier version created with permissions for everyone.</summary>
    private static void RestrictToOwner(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & ~OwnerOnlyFile) != 0)
        {
            File.SetUnixFileMode(path, OwnerOnlyFile);
        }
    }

    private static bool IsServerFile(string path) => ServerFilePrefixes.Any(name => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal));
}
