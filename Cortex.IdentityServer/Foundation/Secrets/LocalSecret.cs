using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>A secret that a development server generates at its first start and stores in its <see cref="LocalFolder"/>.</summary>
internal static class LocalSecret
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(10);

    /// <summary>Reads the secret of this name, which the first call generates. A program that only examines the settings generates none.</summary>
    public static byte[] Read(SettingsReader settings, string name)
    {
        var folder = LocalFolder.Locate(settings);
        var path = Path.Combine(folder, name);
        try
        {
            if (!settings.OnlyReads)
            {
                PrivateFolder.Create(folder);
                if (!File.Exists(path))
                {
                    Generate(path);
                }
            }
            else if (!File.Exists(path))
            {
                return RandomNumberGenerator.GetBytes(SecretSetting.MinBytes);
            }

            // After a power failure, the file may exist without its content.
            var secret = Encoding.UTF8.GetBytes(File.ReadAllText(path).Trim());
            if (secret.Length < SecretSetting.MinBytes)
            {
                settings.AddError(
                    "CORTEX_DATA",
                    $"contains a damaged secret: delete {path} to have a new one generated (sessions and second factors that depend on the old one are lost)");
            }

            return secret;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            settings.AddError("CORTEX_DATA", $"must be a folder for this server's secrets that no other account owns or may write to ({folder} isn't)");
            return [];
        }
    }

    /// <summary>Generates the secret. If several servers start together, only one generates it, and none reads a partial file.</summary>
    private static void Generate(string path)
    {
        var lockPath = path + ".lock";
        using (Lock(lockPath))
        {
            if (!File.Exists(path))
            {
                var draft = path + ".new";
                Write(draft, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
                File.Move(draft, path);
            }
        }

        try
        {
            // The lock file is deleted only once the secret exists: a process that waits for the lock, or creates a new one, then finds the secret.
            File.Delete(lockPath);
        }
        catch (IOException)
        {
            // Windows can't delete a file that another process has open. That process deletes it.
        }
    }

    private static FileStream Lock(string path)
    {
        for (var started = Stopwatch.GetTimestamp(); ; Thread.Sleep(LockRetry))
        {
            try
            {
                return PrivateFolder.OpenLock(path, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(started) < LockTimeout)
            {
                // Another process is holding the lock, which takes only a moment.
            }
        }
    }

    private static void Write(string path, string secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = PrivateFolder.OwnerOnlyFile;
        }

        using var writer = new StreamWriter(path, options);
        writer.WriteLine(secret);
    }
}
