using Cortex.IdentityServer.Foundation.Telemetry;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>A request's place in the hashing queue, for one or more hashes in sequence. Disposing it frees the place.</summary>
internal sealed class HashingPlace(HashingQueue queue, bool isKnown) : IDisposable
{
    private int _isReleased;

    public Task<string> HashAsync(string password, CancellationToken cancellationToken) => RunAsync(hasher => hasher.Create(password), cancellationToken);

    /// <summary>Verifies a password. A null hash means an unknown account, and takes the same time.</summary>
    public Task<PasswordVerificationResult> VerifyAsync(string? storedHash, string password, CostliestHash costliest, CancellationToken cancellationToken) =>
        RunAsync(hasher => hasher.Verify(storedHash, password, costliest), cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            queue.Leave();
        }
    }

    /// <summary>The span includes the time in the queue.</summary>
    private async Task<T> RunAsync<T>(Func<BcryptPasswordHasher, T> compute, CancellationToken cancellationToken)
    {
        using var span = Spans.StartWithin("bcrypt");
        return await queue.RunAsync(compute, isKnown, cancellationToken);
    }
}
