using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Verifies the identity of a logged-in user again, because an access token alone could have been stolen (OWASP ASVS 7.5.1).</summary>
internal sealed class Reauthentication(OwnerProof proof, SessionService sessions, AccountChanges changes)
{
    /// <summary>
    /// Verifies the password and, if the account has a second factor, the code. Returns null if both are right, after refreshing the session's proof of
    /// identity.
    /// </summary>
    public async Task<Refusal?> TryAsync(Guid userId, Guid sessionId, ReauthenticateRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await proof.FindUserAsync(userId, cancellationToken) is not { } user)
        {
            return Problems.SessionRevoked;
        }

        if (await proof.VerifyAsync(user, request.Password, new(request.TwoFactorCode, request.RecoveryCode), origin, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await RecordAsync(userId, sessionId, origin, cancellationToken);
    }

    /// <summary>Refreshes the session's proof of identity. Returns a refusal if the session has ended in the meantime.</summary>
    public Task<Refusal?> RecordAsync(
        Guid userId, Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken, params IEnumerable<(string Name, string? Value)> details) =>
        changes.RunAsync<Refusal?>(
            userId,
            origin,
            async change =>
            {
                if (!await sessions.RecordAuthenticationAsync(sessionId, cancellationToken))
                {
                    return Problems.SessionRevoked;
                }

                await change.CompleteAsync(AuditAction.Reauthenticated, [("session_id", sessionId.ToString()), .. details]);
                return null;
            },
            cancellationToken);
}
