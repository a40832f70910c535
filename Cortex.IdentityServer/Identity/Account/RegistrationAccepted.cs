using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The response to every registration if emails must be verified first.</summary>
/// <param name="Message">What the user should do next.</param>
internal sealed record RegistrationAccepted(string Message) : IExample<RegistrationAccepted>
{
    public static RegistrationAccepted Example => new("To continue, open the email that we sent to this address.");
}
