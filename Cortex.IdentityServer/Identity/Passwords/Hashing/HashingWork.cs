namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A queued hash computation.</summary>
internal abstract class HashingWork
{
    /// <summary>When the work was queued, as a timestamp of the <see cref="TimeProvider"/>.</summary>
    public required long QueuedAt { get; init; }

    /// <summary>Computes the hash, unless its request was canceled.</summary>
    /// <param name="computed">Called before the request gets the hash.</param>
    public abstract void Run(Action computed);

    /// <summary>Cancels the work because the server is stopping.</summary>
    public abstract void Cancel();
}
