using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A request's place in the hashing line, for one hash after another; disposing it makes room for the next request.</summary>
internal sealed class HashingPlace(HashingQueue queue, bool isKnown) : IDisposable
{
    private int _left;

    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        queue.RunAsync(hasher => hasher.Create(password), isKnown, cancellationToken);

    /// <summary>Null stands for an account that isn't there, and takes the same time.</summary>
    public Task<PasswordVerificationResult> VerifyAsync(string? storedHash, string password, DearestHash dearest, CancellationToken cancellationToken) =>
        queue.RunAsync(hasher => hasher.Verify(storedHash, password, dearest), isKnown, cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            queue.Leave();
        }
    }
}
