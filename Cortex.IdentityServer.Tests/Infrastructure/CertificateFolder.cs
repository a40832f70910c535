using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A folder with a certificate and its key, which are replaced in the ways that tools use.</summary>
internal sealed class CertificateFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("cx-").FullName;

    public string CertificateFile => Path.Combine(Root, "tls.crt");

    public string KeyFile => Path.Combine(Root, "tls.key");

    public (string Name, string Value)[] Variables => [("TLS_CERT_FILE", CertificateFile), ("TLS_KEY_FILE", KeyFile)];

    /// <summary>Writes both files in place.</summary>
    public void Write(IssuedCertificate issued) => Write(issued.ChainPem, issued.KeyPem);

    public void Write(string certificate, string key)
    {
        File.WriteAllText(CertificateFile, certificate);
        File.WriteAllText(KeyFile, key);
    }

    /// <summary>Renames finished files over the old ones, as certbot and editors do.</summary>
    public void Rename(IssuedCertificate issued)
    {
        RenameCertificate(issued);
        RenameKey(issued);
    }

    public void RenameCertificate(IssuedCertificate issued) => Rename(issued.ChainPem, CertificateFile);

    public void RenameKey(IssuedCertificate issued) => Rename(issued.KeyPem, KeyFile);

    /// <summary>
    /// Replaces a link to the folder with both files, as Kubernetes does for a mounted secret: <c>tls.crt</c> leads to <c>..data/tls.crt</c>, and <c>..data</c>
    /// to a folder with a new name. The times of the files stay the same.
    /// </summary>
    public void SwapLink(IssuedCertificate issued)
    {
        var version = Directory.CreateDirectory(Path.Combine(Root, "..version-" + Guid.NewGuid().ToString("N"))).FullName;
        foreach (var (file, text) in new[] { (CertificateFile, issued.ChainPem), (KeyFile, issued.KeyPem) })
        {
            var target = Path.Combine(version, Path.GetFileName(file));
            File.WriteAllText(target, text);
            File.SetLastWriteTimeUtc(target, DateTime.UnixEpoch);
        }

        var link = Path.Combine(Root, "..data");
        Directory.CreateSymbolicLink(link + "_tmp", Path.GetFileName(version));
        RenameLink(link + "_tmp", link);
        foreach (var file in new[] { CertificateFile, KeyFile }.Where(file => !File.Exists(file)))
        {
            File.CreateSymbolicLink(file, Path.Combine("..data", Path.GetFileName(file)));
        }
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>.NET itself can't replace a link to a folder in one step.</summary>
    private static void RenameLink(string from, string to)
    {
        using var rename = Process.Start("mv", ["-fT", from, to]);
        rename.WaitForExit();
        Assert.Equal(0, rename.ExitCode);
    }

    private static void Rename(string text, string file)
    {
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }
}
