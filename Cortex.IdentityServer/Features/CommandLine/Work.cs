namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>What a command works with.</summary>
/// <param name="Services">The server's own, none of which runs by itself.</param>
/// <param name="Migrated">Migrations that this command had to apply first.</param>
/// <param name="Stop">Whoever runs the command doesn't want it any more.</param>
internal sealed record Work(IServiceProvider Services, IReadOnlyList<string> Migrated, CancellationToken Stop);
