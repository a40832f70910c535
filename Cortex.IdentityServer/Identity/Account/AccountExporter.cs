using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>Collects everything that the server stores about a user. Lists that may be long are streamed to the client.</summary>
internal sealed class AccountExporter(
    AccountReader accounts, UserRoles roles, CredentialExport credentials, IUsageExport usage, IBillingExport billing, AuditReader events, AuditLog audit,
    TimeProvider clock)
{
    /// <summary>Returns null if the account doesn't exist or was deleted.</summary>
    public async Task<AccountExport?> ExportAsync(Guid userId, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(userId, cancellationToken) is not { } account)
        {
            return null;
        }

        await audit.RecordAsync(AuditAction.AccountExported, userId, origin, cancellationToken);
        return new(
            clock.GetUtcNow(),
            account,
            await roles.ListAsync(userId, cancellationToken),
            credentials.Sessions.ExportAsync(userId, cancellationToken),
            credentials.Addresses.ExportAsync(userId, cancellationToken),
            credentials.Keys.ExportAsync(userId, cancellationToken),
            await credentials.Passkeys.ExportAsync(userId, cancellationToken),
            await credentials.SecondFactor.CountRecoveryCodesAsync(userId, cancellationToken),
            usage.ExportAsync(userId, cancellationToken),
            await billing.ExportAsync(userId, cancellationToken),
            await billing.ExportSubscriptionsAsync(userId, cancellationToken),
            events.AllAsync(userId, cancellationToken));
    }
}
