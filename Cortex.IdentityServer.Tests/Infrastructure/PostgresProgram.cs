using Cortex.IdentityServer.Foundation.Data.Embedded;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Finds PostgreSQL's programs, such as <c>pg_dump</c>, which refuse to work with a server that is newer than they are.</summary>
internal static class PostgresProgram
{
    /// <summary>Returns the path of a program that works with the cluster of the tests; the test is skipped if there is none.</summary>
    public static async Task<string> FindAsync(string name)
    {
        var installed = await PostgresBinaries.FindAsync(wanted: null, TestContext.Current.CancellationToken);
        var file = installed.Where(binaries => binaries.Major >= installed[0].Major).Select(binaries => Path.Combine(binaries.Folder, name))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(file is null, $"{name} of PostgreSQL {installed[0].Major} or newer is not installed");
        return file!;
    }
}
