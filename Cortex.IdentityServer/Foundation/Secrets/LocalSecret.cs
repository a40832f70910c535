using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Secrets;

/// <summary>A secret that a development server generates at its first start and keeps in its <see cref="LocalFolder"/>.</summary>
internal static class LocalSecret
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(10);

    /// <summary>The secret of this name; the first call generates it.</summary>
    public static byte[] Read(SettingsReader settings, string name)
    {
        var folder = LocalFolder.Locate(settings);
        var path = Path.Combine(folder, name);
        try
        {
            PrivateFolder.Make(folder);
            if (!File.Exists(path))
            {
                Generate(path);
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

    /// <summary>Servers that start at the same time generate one secret between them, and none of them reads it half written.</summary>
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
            // Only once the secret is there: whoever still waits for the lock, or makes a new one, finds the secret and generates none.
            File.Delete(lockPath);
        }
        catch (IOException)
        {
            // Windows deletes no file that another start has open; that start deletes it.
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
                // Another start holds it for a moment.
            }
        }
    }

    private static void Write(string path, string secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = PrivateFolder.OwnersFile;
        }

        using var writer = new StreamWriter(path, options);
        writer.WriteLine(secret);
    }
}
