using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The answer to every registration while mailboxes have to be proved first.</summary>
/// <param name="Message">What to do next.</param>
internal sealed record RegistrationAccepted(string Message) : IExample<RegistrationAccepted>
{
    public static RegistrationAccepted Example => new("Open the mail that we sent to this address to continue.");
}
