namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Reads the usage of an account for its export.</summary>
internal interface IUsageExport
{
    /// <summary>Returns the rows, oldest first.</summary>
    IAsyncEnumerable<ExportedUsage> ExportAsync(Guid userId, CancellationToken cancellationToken);
}
