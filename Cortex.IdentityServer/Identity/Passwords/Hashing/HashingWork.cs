namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A queued hash computation.</summary>
internal abstract class HashingWork
{
    /// <summary>Computes the hash; returns false, without computing it, if its request was canceled.</summary>
    public abstract bool Run();

    /// <summary>Cancels the work because the server is stopping.</summary>
    public abstract void Cancel();
}
