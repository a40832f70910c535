using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Held by the live server on a data directory; the operating system drops it with the process, however that dies.</summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    public static OwnerLock Take(string dataDirectory)
    {
        try
        {
            // FileShare.None is flock() on Unix. The file stays: deleting it would let two servers lock two files of one name.
            return new OwnerLock(PrivateFolder.OpenLock(dataDirectory + ".lock", FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new EmbeddedPostgresTakenException(
                $"Another server or command is using the embedded PostgreSQL in {dataDirectory}: stop it first, or set POSTGRES_URL.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
