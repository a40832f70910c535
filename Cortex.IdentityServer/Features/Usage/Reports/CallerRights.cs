using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>
/// Checks that a caller may still see what an export contains: while it runs, the session may end, the key may be revoked or expire, and the account may be
/// disabled.
/// </summary>
internal sealed class CallerRights(SessionStatusReader sessions, IApiKeyProvider keys)
{
    /// <summary>Queries the current state. Returns null if the caller still has the right.</summary>
    /// <param name="http">The request, which has been authorized.</param>
    /// <param name="scope">What it was authorized for.</param>
    public async Task<Refusal?> FindRefusalAsync(HttpContext http, ReportScope scope)
    {
        if (http.User.HasSession())
        {
            return await sessions.ReadStatusAsync(http.User.SessionId(), http.User.UserId(), http.RequestAborted) switch
            {
                SessionStatus.Live => null,
                SessionStatus.AccountDisabled => Problems.AccountDisabled,
                _ => Problems.SessionRevoked,
            };
        }

        return await keys.FindAsync(new(PresentedCredential.In(http)!.Text), http.RequestAborted) switch
        {
            ApiKeyVerdict.Valid { Key.Scopes: var scopes } =>
                scope.ApiKeyId is null && !scopes.Contains(ApiKeyOptions.UsageRead) ? Policies.MissingScope(ApiKeyOptions.UsageRead) : null,
            ApiKeyVerdict.Refused { Refusal: var refusal } => refusal,
            _ => Problems.InvalidApiKey,
        };
    }
}
