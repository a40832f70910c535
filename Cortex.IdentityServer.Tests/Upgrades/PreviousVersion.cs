using Cortex.IdentityServer.Tests.Contract;

namespace Cortex.IdentityServer.Tests.Upgrades;

/// <summary>A version of the server that <c>.ci/run</c> has built.</summary>
/// <param name="Commit">The commit that it was built from.</param>
/// <param name="Lacks">The first migration that it doesn't have, or <c>nothing</c>.</param>
internal sealed record PreviousVersion(string Commit, string Lacks)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("CORTEX_TEST_VERSIONS");

    /// <summary>The versions in <c>Upgrades/versions.txt</c>, the oldest first.</summary>
    public static IReadOnlyList<PreviousVersion> All { get; } =
    [
        .. File.ReadLines(Path.Combine(Document.Repository, "Cortex.IdentityServer.Tests/Upgrades/versions.txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .Select(parts => new PreviousVersion(parts[0], parts[1])),
    ];

    public string Program => Path.Combine(Folder ?? "", Commit, "Cortex.IdentityServer.dll");

    public bool IsBuilt => Folder is not null && File.Exists(Program);
}
