using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>The answer to a request for a mail, whether there is an account or not.</summary>
/// <param name="Message">What to do next.</param>
internal sealed record MailAccepted(string Message) : IExample<MailAccepted>
{
    public static MailAccepted Example => new("If this address has an account that needs it, a mail is on its way.");
}
