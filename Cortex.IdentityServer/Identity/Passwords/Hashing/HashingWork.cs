namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A queued hash computation.</summary>
internal abstract class HashingWork
{
    /// <summary>When the work was queued, as a timestamp of the <see cref="TimeProvider"/>.</summary>
    public required long QueuedAt { get; init; }

    /// <summary>Computes the hash; returns false, without computing it, if its request was canceled.</summary>
    public abstract bool Run();

    /// <summary>Cancels the work because the server is stopping.</summary>
    public abstract void Cancel();
}
