namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The context in which a command runs.</summary>
/// <param name="Services">The server's services; background services aren't started.</param>
/// <param name="Migrated">The migrations that were applied before the command ran.</param>
/// <param name="Stop">Canceled when the operator interrupts the command.</param>
internal sealed record CommandContext(IServiceProvider Services, IReadOnlyList<string> Migrated, CancellationToken Stop);
