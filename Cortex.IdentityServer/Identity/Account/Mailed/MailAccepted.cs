using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>The response to a request for an email, whether or not the address has an account.</summary>
/// <param name="Message">What the user should do next.</param>
internal sealed record MailAccepted(string Message) : IExample<MailAccepted>
{
    public static MailAccepted Example => new("If this address belongs to an account that needs this email, we have sent it.");
}
