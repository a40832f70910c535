namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Removes the usage of deleted accounts. A single account can have millions of rows, far more than a request can delete.</summary>
internal interface IUsageRemoval
{
    /// <summary>Returns whether the account has too much usage to delete it within a request.</summary>
    Task<bool> IsTooLargeAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>
    /// Starts the background job that removes the usage of tombstones (<see cref="AccountTombstones"/>) and then their rows, and doesn't wait for it.
    /// </summary>
    void Start();
}
