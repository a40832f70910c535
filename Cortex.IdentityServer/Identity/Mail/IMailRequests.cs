namespace Cortex.IdentityServer.Identity.Mail;

/// <summary>Turns what somebody asked for at an address into the mail that it gets, if any; in the sender's transaction.</summary>
internal interface IMailRequests
{
    Task ResolveAsync(OutboxMail request, CancellationToken cancellationToken);
}
