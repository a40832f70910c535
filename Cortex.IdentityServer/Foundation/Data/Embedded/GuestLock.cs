using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>
/// A shared lock held by each command that uses a cluster owned by another process, so that an owning command doesn't stop the cluster under it.
/// </summary>
internal sealed class GuestLock : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private GuestLock(FileStream file) => _file = file;

    /// <summary>Returns null while the owner is about to stop the cluster.</summary>
    public static GuestLock? TryEnter(string dataDirectory) => TryOpen(dataDirectory, FileShare.Read);

    /// <summary>Waits until no guest is left. New guests are kept out until the returned lock is disposed.</summary>
    public static async Task<GuestLock> WaitForGuestsAsync(string dataDirectory, CancellationToken ct)
    {
        GuestLock? alone;
        while ((alone = TryOpen(dataDirectory, FileShare.None)) is null)
        {
            await Task.Delay(RetryDelay, ct);
        }

        return alone;
    }

    public void Dispose() => _file.Dispose();

    private static GuestLock? TryOpen(string dataDirectory, FileShare share)
    {
        try
        {
            // FileShare maps to flock() on Unix. The file isn't deleted, for the same reason as the owner's.
            return new GuestLock(PrivateFolder.OpenLock(dataDirectory + ".guests", FileAccess.Read, share));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
