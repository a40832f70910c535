using System.Runtime.CompilerServices;
using Cortex.IdentityServer.Tests.Data.Owners;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Runs all tests on the major version of PostgreSQL that <c>CORTEX_TEST_POSTGRES_VERSION</c> names, instead of the machine's usual one.</summary>
internal static class ChosenPostgres
{
    private const string Variable = "CORTEX_TEST_POSTGRES_VERSION";

    /// <remarks>The server prefers what is on <c>PATH</c>, and the programs that tests start inherit it.</remarks>
    [ModuleInitializer]
    internal static void PutOnPath()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } major)
        {
            return;
        }

        // A package of the distribution is preferred, because it also has pg_dump, pg_basebackup, and psql.
        string[] folders = [Path.Combine("/usr/lib/postgresql", major, "bin"), InstalledPostgres.FetchedFolder(major)];
        var folder = folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException($"{Variable}={major}: there is no initdb in {string.Join(" or ", folders)}.");
        Environment.SetEnvironmentVariable("PATH", folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"));
    }
}
