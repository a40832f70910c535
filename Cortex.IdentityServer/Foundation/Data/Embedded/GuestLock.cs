using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Held by each command that works on a cluster which another process owns, so that a command that owns it doesn't stop it under them.</summary>
internal sealed class GuestLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private GuestLock(FileStream file) => _file = file;

    /// <summary>Null while the owner is about to stop the cluster.</summary>
    public static GuestLock? TryEnter(string dataDirectory) => TryOpen(dataDirectory, FileShare.Read);

    /// <summary>When the last guest has gone; none comes in before this is disposed.</summary>
    public static async Task<GuestLock> WhenAloneAsync(string dataDirectory, CancellationToken ct)
    {
        GuestLock? alone;
        while ((alone = TryOpen(dataDirectory, FileShare.None)) is null)
        {
            await Task.Delay(Pause, ct);
        }

        return alone;
    }

    public void Dispose() => _file.Dispose();

    private static GuestLock? TryOpen(string dataDirectory, FileShare share)
    {
        try
        {
            // flock() on Unix, shared or not. The file stays, as the owner's does.
            return new GuestLock(PrivateFolder.OpenLock(dataDirectory + ".guests", FileAccess.Read, share));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
