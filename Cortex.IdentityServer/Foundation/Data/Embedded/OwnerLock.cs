using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>
/// An exclusive lock on a data directory, held by the running server. The operating system releases it when the process ends, even after a crash.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    public static OwnerLock Take(string dataDirectory)
    {
        try
        {
            // FileShare.None maps to flock() on Unix. The file isn't deleted: otherwise two servers could lock two different files of the same name.
            return new OwnerLock(PrivateFolder.OpenLock(dataDirectory + ".lock", FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new EmbeddedPostgresInUseException(
                $"Another server or command is using the embedded PostgreSQL in {dataDirectory}: stop it first, or set POSTGRES_URL.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
