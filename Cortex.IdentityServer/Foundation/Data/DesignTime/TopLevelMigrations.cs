using Microsoft.EntityFrameworkCore.Migrations.Design;

namespace Cortex.IdentityServer.Foundation.Data.DesignTime;

/// <summary>Makes EF Core's scaffolder use another folder; by default, it would put the model snapshot into the server project.</summary>
internal sealed class TopLevelMigrations(MigrationsScaffolderDependencies dependencies) : MigrationsScaffolder(dependencies)
{
    protected override string GetDirectory(string projectDir, string? siblingFileName, string subnamespace) => Folder(projectDir);

    protected override string? TryGetProjectFile(string projectDir, string fileName) => base.TryGetProjectFile(Folder(projectDir), fileName);

    private static string Folder(string projectDir) => Path.GetFullPath(Path.Combine(projectDir, "..", "Migrations"));
}
