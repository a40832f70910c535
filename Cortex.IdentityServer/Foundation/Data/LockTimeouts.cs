namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>How long a migration waits for locks on the tables that it changes.</summary>
/// <param name="Wait">
/// How long one attempt waits for its locks. Statements that arrive in the meantime wait behind it, and the server's time out after two seconds.
/// </param>
/// <param name="RetryDelay">How long it waits before the next attempt, to let other statements through.</param>
/// <param name="Total">How long it keeps trying.</param>
internal sealed record LockTimeouts(TimeSpan Wait, TimeSpan RetryDelay, TimeSpan Total)
{
    public static readonly LockTimeouts Default = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));
}
