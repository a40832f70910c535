namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Reads what the payment provider has said about an account, for its export.</summary>
internal interface IBillingExport
{
    /// <summary>Returns the events, oldest first.</summary>
    Task<IReadOnlyList<ExportedBillingEvent>> ExportAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>Returns the subscriptions, oldest first.</summary>
    Task<IReadOnlyList<ExportedSubscription>> ExportSubscriptionsAsync(Guid userId, CancellationToken cancellationToken);
}
