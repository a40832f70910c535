namespace Cortex.IdentityServer.Identity.Account.Pages;

/// <summary>Where people go on after they have followed the link in an email.</summary>
/// <param name="Exists">Whether this server has a login page: that of the web console.</param>
internal sealed record LoginPage(bool Exists)
{
    /// <summary>The link to it, or nothing.</summary>
    public string? Link => Exists ? "<p><a href=\"login\">Log in</a></p>" : null;
}
