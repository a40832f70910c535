using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Tls;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks who else can read or change the files with secrets. That they can be read is part of the settings.</summary>
internal static class FileCheck
{
    private const UnixFileMode Write = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The secrets that a development server generates.</summary>
    private static readonly string[] Generated = ["secret_key", "jwt_secret_key"];

    public static void Run(Examination work, CheckLines lines)
    {
        foreach (var variable in SecretFile.Names.Select(name => name + SecretFile.Suffix).Append(TlsOptions.KeyVariable))
        {
            if (work.App.Configuration[variable]?.Trim() is { Length: > 0 } file && ModeOf(file) is { } mode)
            {
                Judge(variable, file, mode, lines);
            }
        }

        if (!work.Settings.IsProduction)
        {
            CheckDataFolder(LocalFolder.Locate(work.Settings), lines);
        }
    }

    private static void Judge(string variable, string file, UnixFileMode mode, CheckLines lines)
    {
        if ((mode & Write) != 0)
        {
            lines.Fail("files", $"{variable}: other accounts may change {file}", $"Run chmod go-w {file}");
        }
        else if ((mode & Others) != 0)
        {
            lines.Warn(
                "files", $"{variable}: every account on this machine may read {file}",
                $"Run chmod o-rwx {file}, or set the mode of the mounted secret to 0440 or stricter");
        }
        else
        {
            lines.Ok("files", $"{variable}: only its owner and its group may read {file}");
        }
    }

    private static void CheckDataFolder(string folder, CheckLines lines)
    {
        const UnixFileMode AnyByOthers = Write | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if (!Directory.Exists(folder))
        {
            lines.Ok("folder", $"{folder} doesn't exist yet; the server creates it");
        }
        else if (FolderMode(folder) is not { } mode)
        {
            lines.Warn("folder", $"{folder} can't be examined", "Run this command as the account that runs the server");
        }
        else if ((mode & AnyByOthers) != 0)
        {
            lines.Warn("folder", $"Other accounts may list or change {folder}, which contains secrets", $"Run chmod go-rw {folder}");
        }
        else if (Generated.Select(name => Path.Combine(folder, name)).FirstOrDefault(file => (ModeOf(file) & AnyByOthers) is not (null or 0)) is { } open)
        {
            lines.Warn("folder", $"Other accounts may read or change the secret {open}", $"Run chmod go-rwx {open}");
        }
        else
        {
            lines.Ok("folder", $"Only its owner may list and change {folder}");
        }
    }

    private static UnixFileMode? FolderMode(string folder)
    {
        try
        {
            return OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Returns the mode of the file that a link leads to; null if it can't be opened, or if the system has no modes.</summary>
    private static UnixFileMode? ModeOf(string file)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                return null;
            }

            using var handle = File.OpenHandle(file);
            return File.GetUnixFileMode(handle);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
