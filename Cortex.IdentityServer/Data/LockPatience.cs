namespace Cortex.IdentityServer.Data;

/// <summary>How a migration waits for the tables that it changes.</summary>
/// <param name="Wait">
/// For how long it stands in the queue for its locks. Whoever comes behind it waits too, and a server's statement gives up after two seconds.
/// </param>
/// <param name="Pause">For how long it then lets the others through.</param>
/// <param name="Total">After how long it gives up.</param>
internal sealed record LockPatience(TimeSpan Wait, TimeSpan Pause, TimeSpan Total)
{
    public static readonly LockPatience Default = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));
}
