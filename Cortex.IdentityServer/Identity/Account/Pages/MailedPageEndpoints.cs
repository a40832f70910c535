using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.Account.Pages;

/// <summary>
/// The pages that links in emails open. Opening a page changes nothing, because email scanners open links too; only submitting its form does.
/// </summary>
internal static class MailedPageEndpoints
{
    private const string TokenField = "token";
    private const string PasswordField = "new_password";

    internal static Page AskToVerifyEmail(string? token) => Ask(
        "Confirm your email address",
        "If you created a Cortex Memory account with this address, select the button below. If you didn't, close this page.", token,
        "Confirm this address");

    internal static Page AskToChangeEmail(string? token) => Ask(
        "Confirm your new email address", "Select the button below to start using this address for your account.", token, "Use this address");

    internal static async Task<IResult> VerifyEmail(HttpContext http, EmailVerification verification, LoginPage login, CancellationToken cancellationToken)
    {
        var (token, _) = await ReadAsync(http, cancellationToken);
        return await verification.VerifyAsync(token, http.Origin(), cancellationToken) is { } problem
            ? Refused(problem)
            : new Page("Thank you", "Your email address is confirmed. You can close this page.", login.Link);
    }

    internal static async Task<IResult> ChangeEmail(HttpContext http, EmailChange change, LoginPage login, CancellationToken cancellationToken)
    {
        var (token, _) = await ReadAsync(http, cancellationToken);
        return await change.ConfirmAsync(token, http.Origin(), cancellationToken) is { } problem
            ? Refused(problem)
            : new Page("Thank you", "Your account now uses this email address. You can close this page.", login.Link);
    }

    internal static async Task<IResult> OpenReset(string? token, PasswordReset reset, CancellationToken cancellationToken) =>
        AskForPassword(token, await reset.FindEmailAsync(token, cancellationToken));

    internal static async Task<IResult> ResetPassword(HttpContext http, PasswordReset reset, LoginPage login, CancellationToken cancellationToken)
    {
        var (token, password) = await ReadAsync(http, cancellationToken);
        if (!new PasswordAttribute().IsValid(password))
        {
            return await AskAgain($"The password must have {PasswordRules.MinLength} to {PasswordRules.MaxLength} characters.");
        }

        return await reset.ResetAsync(token, password, http.Origin(), cancellationToken) switch
        {
            null => new Page("Your password is set", "You can now log in with your new password. You have been logged out everywhere.", login.Link),
            var refusal when refusal.Is(Problems.WeakPassword) => await AskAgain(refusal.Detail),
            var problem => Refused(problem),
        };

        async Task<Page> AskAgain(string? error) => AskForPassword(token, await reset.FindEmailAsync(token, cancellationToken), error);
    }

    private static Page Ask(string title, string text, string? token, string button) =>
        new(title, text, $"<form method=\"post\">{Hidden(token)}<button>{Page.Encode(button)}</button></form>");

    /// <param name="token">The token from the email.</param>
    /// <param name="email">
    /// The email under which a password manager saves the password, or null if the token isn't valid. A client with a valid token already knows the email.
    /// </param>
    /// <param name="error">What was wrong with the submitted password, if anything.</param>
    private static Page AskForPassword(string? token, string? email, string? error = null) => new(
        "Set a new password",
        $"Use at least {PasswordRules.MinLength} characters. A few random words make a better password than special characters.",
        $"""
        {(error is null ? "" : $"<p role=\"alert\">{Page.Encode(error)}</p>")}<form method="post">{Hidden(token)}{Username(email)}
        <label for="{PasswordField}">New password</label>
        <input type="password" id="{PasswordField}" name="{PasswordField}" autocomplete="new-password" {LengthAttributes} required>
        <button>Set password</button></form>
        """,
        error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);

    private static string LengthAttributes => $"minlength=\"{PasswordRules.MinLength}\" maxlength=\"{PasswordRules.MaxLength}\"";

    private static string Username(string? email) => email is null ? "" : $"""
        <label for="username">Account</label>
        <input type="text" id="username" name="username" autocomplete="username" value="{Page.Encode(email)}" readonly>
        """;

    private static string Hidden(string? token) => $"<input type=\"hidden\" name=\"{TokenField}\" value=\"{Page.Encode(token ?? "")}\">";

    /// <summary>Renders a refusal of the API as a page.</summary>
    private static Page Refused(Refusal refusal) => new(refusal.Title, refusal.Detail, Status: refusal.Status);

    private static async Task<(string Token, string Password)> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var form = await PageForm.ReadAsync(http, cancellationToken);
        return (form[TokenField].ToString(), form[PasswordField].ToString());
    }
}
