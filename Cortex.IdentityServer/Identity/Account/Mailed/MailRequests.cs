using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>
/// Determines, after the response was sent, whether the address of a request has an account and which email it receives. Neither the response nor its timing
/// therefore reveals who is registered (OWASP ASVS 6.3.8).
/// </summary>
internal sealed class MailRequests(UserManager<User> users, EmailVerification verification, PasswordReset reset, AuditLog audit) : IMailRequests
{
    public async Task ResolveAsync(OutboxMail request, CancellationToken cancellationToken)
    {
        var user = await users.FindByEmailAsync(request.Recipient);
        if (user is not { IsEnabled: true })
        {
            return;
        }

        switch (request.Kind)
        {
            case MailKind.Request.Verification when !user.EmailConfirmed:
                await RecordAsync(AuditAction.VerificationRequested, user.Id, request, cancellationToken);
                await verification.SendAsync(user, cancellationToken);
                break;
            case MailKind.Request.PasswordReset:
                await RecordAsync(AuditAction.PasswordResetRequested, user.Id, request, cancellationToken);
                await reset.SendAsync(user, MailKind.ResetPassword, cancellationToken);
                break;
            case MailKind.Request.Registration:
                // This applies to unverified accounts too: a verification link would leave the password that was set by the first registration in place.
                await reset.SendAsync(user, MailKind.AlreadyRegistered, cancellationToken);
                break;
        }
    }

    private Task RecordAsync(string action, Guid userId, OutboxMail request, CancellationToken cancellationToken)
    {
        var details = JsonSerializer.Deserialize(request.Details, MailJson.Default.DictionaryStringString)!;
        var origin = new RequestOrigin(
            IPAddress.TryParse(details.GetValueOrDefault("ip"), out var ip) ? ip : null, details.GetValueOrDefault("user_agent"),
            details.GetValueOrDefault("request_id") ?? "");
        return audit.RecordAsync(action, AuditLog.Success, actorId: null, userId, origin, details: null, cancellationToken);
    }
}
