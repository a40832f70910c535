namespace Cortex.IdentityServer.Identity.Account.Mailed;

/// <summary>The answer to a request for a mail, whether there is an account or not.</summary>
/// <param name="Message">What to do next.</param>
internal sealed record MailAccepted(string Message);
