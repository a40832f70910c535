namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A hash that waits for a thread.</summary>
internal abstract class HashingWork
{
    /// <summary>Computes it; false when its request was gone before, and nothing was computed.</summary>
    public abstract bool Do();

    /// <summary>Gives up on it, as the server stops.</summary>
    public abstract void Drop();
}
