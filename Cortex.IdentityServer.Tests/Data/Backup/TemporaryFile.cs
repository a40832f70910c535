namespace Cortex.IdentityServer.Tests.Data.Backup;

/// <summary>The path of a file that is deleted at the end of a test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "cx-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => File.Delete(Path);
}
