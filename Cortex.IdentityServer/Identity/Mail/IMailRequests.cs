namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Resolves a request for an email to an address into the email to send, if any, within the sender's transaction.</summary>
internal interface IMailRequests
{
    Task ResolveAsync(OutboxMail request, CancellationToken cancellationToken);
}
