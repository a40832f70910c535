namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The answer to every registration while mailboxes have to be proved first.</summary>
/// <param name="Message">What to do next.</param>
internal sealed record RegistrationAccepted(string Message);
