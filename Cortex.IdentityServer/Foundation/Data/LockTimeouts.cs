namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>How a migration waits for the tables that it changes.</summary>
/// <param name="Wait">
/// How long it waits in the queue for its locks. Statements that queue up behind it wait too, and those of a server give up after two seconds.
/// </param>
/// <param name="Pause">How long it then lets the others through.</param>
/// <param name="Total">The time after which it gives up.</param>
internal sealed record LockTimeouts(TimeSpan Wait, TimeSpan Pause, TimeSpan Total)
{
    public static readonly LockTimeouts Default = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));
}
