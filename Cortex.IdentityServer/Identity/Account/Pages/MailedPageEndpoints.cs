using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Mailed;
using Cortex.IdentityServer.Identity.Passwords;

namespace Cortex.IdentityServer.Identity.Account.Pages;

/// <summary>
/// The pages that links in mails open. Opening one changes nothing, as mail scanners open them too: the button on it does.
/// </summary>
internal static class MailedPageEndpoints
{
    private const string TokenField = "token";
    private const string PasswordField = "new_password";

    internal static Page AskToVerifyEmail(string? token) => Ask(
        "Confirm your email address",
        "Press the button if you created an account at Cortex Memory with this address. If you didn't, close this page.", token,
        "Confirm this address");

    internal static Page AskToChangeEmail(string? token) => Ask(
        "Confirm your new email address", "Press the button to use this address for your account from now on.", token, "Use this address");

    internal static async Task<IResult> VerifyEmail(HttpContext http, EmailVerification verification, CancellationToken cancellationToken)
    {
        var (token, _) = await ReadAsync(http, cancellationToken);
        return await verification.VerifyAsync(token, http.Origin(), cancellationToken) is { } problem
            ? Refused(problem)
            : new Page("Thank you", "Your email address is confirmed. You can close this page.");
    }

    internal static async Task<IResult> ChangeEmail(HttpContext http, EmailChange change, CancellationToken cancellationToken)
    {
        var (token, _) = await ReadAsync(http, cancellationToken);
        return await change.ConfirmAsync(token, http.Origin(), cancellationToken) is { } problem
            ? Refused(problem)
            : new Page("Thank you", "Your account uses this email address from now on. You can close this page.");
    }

    internal static async Task<IResult> OpenReset(string? token, PasswordReset reset, CancellationToken cancellationToken) =>
        AskForPassword(token, await reset.FindEmailAsync(token, cancellationToken));

    internal static async Task<IResult> ResetPassword(HttpContext http, PasswordReset reset, CancellationToken cancellationToken)
    {
        var (token, password) = await ReadAsync(http, cancellationToken);
        if (!new PasswordAttribute().IsValid(password))
        {
            return await AskAgain($"The password must have {PasswordRules.MinLength} to {PasswordRules.MaxLength} characters.");
        }

        return await reset.ResetAsync(token, password, http.Origin(), cancellationToken) switch
        {
            null => new Page("Your password is set", "Log in with it now. All other sessions of your account have ended."),
            var refusal when refusal.Is(Problems.WeakPassword) => await AskAgain(refusal.Detail),
            var problem => Refused(problem),
        };

        async Task<Page> AskAgain(string? whatIsWrong) => AskForPassword(token, await reset.FindEmailAsync(token, cancellationToken), whatIsWrong);
    }

    private static Page Ask(string title, string text, string? token, string button) =>
        new(title, text, $"<form method=\"post\">{Hidden(token)}<button>{Page.Encoded(button)}</button></form>");

    /// <param name="token">Of the mail.</param>
    /// <param name="email">
    /// Whose password it is, for a password manager to save it under. Who holds a good token reads that mailbox; others get no name.
    /// </param>
    /// <param name="whatIsWrong">With the password that was tried.</param>
    private static Page AskForPassword(string? token, string? email, string? whatIsWrong = null) => new(
        "Set a new password",
        $"At least {PasswordRules.MinLength} characters. A few random words make a better password than special characters.",
        $"""
        {(whatIsWrong is null ? "" : $"<p role=\"alert\">{Page.Encoded(whatIsWrong)}</p>")}<form method="post">{Hidden(token)}{Username(email)}
        <label for="{PasswordField}">New password</label>
        <input type="password" id="{PasswordField}" name="{PasswordField}" autocomplete="new-password" {Lengths} required>
        <button>Set the password</button></form>
        """,
        whatIsWrong is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);

    private static string Lengths => $"minlength=\"{PasswordRules.MinLength}\" maxlength=\"{PasswordRules.MaxLength}\"";

    private static string Username(string? email) => email is null ? "" : $"""
        <label for="username">Account</label>
        <input type="text" id="username" name="username" autocomplete="username" value="{Page.Encoded(email)}" readonly>
        """;

    private static string Hidden(string? token) => $"<input type=\"hidden\" name=\"{TokenField}\" value=\"{Page.Encoded(token ?? "")}\">";

    /// <summary>The same problem as at the API, for a person.</summary>
    private static Page Refused(Refusal refusal) => new(refusal.Title, refusal.Detail, Status: refusal.Status);

    private static async Task<(string Token, string Password)> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var form = await PageForm.ReadAsync(http, cancellationToken);
        return (form[TokenField].ToString(), form[PasswordField].ToString());
    }
}
