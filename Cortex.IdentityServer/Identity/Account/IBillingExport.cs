namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Reads the billing events of an account for its export.</summary>
internal interface IBillingExport
{
    /// <summary>Returns the rows, oldest first.</summary>
    Task<IReadOnlyList<ExportedBillingEvent>> ExportAsync(Guid userId, CancellationToken cancellationToken);
}
