using System.Text;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>The content of both files at one moment.</summary>
/// <remarks>
/// Reading both files takes less than 0.1 ms. Their times and sizes would not be enough: mounted secrets are replaced by a link to another folder, and tools
/// that copy certificates keep the times.
/// </remarks>
internal sealed class PemFiles
{
    private const int MaxLength = 256 * 1024;

    private readonly byte[]? _certificate;
    private readonly byte[]? _key;

    private PemFiles(byte[]? certificate, byte[]? key) => (_certificate, _key) = (certificate, key);

    /// <summary>The text of the certificate's file, or null if it can't be read.</summary>
    public string? Certificate => Text(_certificate);

    /// <summary>The text of the key's file, or null if it can't be read.</summary>
    public string? Key => Text(_key);

    public static PemFiles Read(TlsOptions options) => new(ReadFile(options.CertificateFile), ReadFile(options.KeyFile));

    public bool HasSameContentAs(PemFiles other) => AreEqual(_certificate, other._certificate) && AreEqual(_key, other._key);

    private static bool AreEqual(byte[]? one, byte[]? other) => one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);

    private static string? Text(byte[]? content) => content is null ? null : Encoding.UTF8.GetString(content);

    private static byte[]? ReadFile(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return RandomAccess.GetLength(file) is var length and <= MaxLength ? ReadAll(file, (int)length) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Returns what the file contains, which is less than its length if it has been truncated in the meantime.</summary>
    private static byte[] ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, int length)
    {
        var content = new byte[length];
        var read = 0;
        while (read < length && RandomAccess.Read(file, content.AsSpan(read), read) is > 0 and var count)
        {
            read += count;
        }

        return content[..read];
    }
}
