using Cortex.IdentityServer.Features.WebConsole;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Account.Pages;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Features.Site;

/// <summary>The pages for people and password managers: the start page and the page for changing a password.</summary>
internal static class SiteEndpoints
{
    /// <summary>The target of the W3C's well-known URL for changing passwords.</summary>
    public const string SecurityPath = "/account/security";

    private const string EmailField = "email";

    /// <summary>The page is cached for only five minutes, because an update may change it.</summary>
    private const string CacheControl = "public, max-age=300";

    /// <summary>Serves a page to clients that accept HTML or anything; other clients get 404.</summary>
    internal static IResult ShowHome(HttpOptions options, ConsoleFiles console, HttpContext http)
    {
        if (!http.NegotiateHtml())
        {
            return Problems.NotFound.ToProblem();
        }

        // Links are relative, because a proxy may serve the page below a path.
        var docs = options.ApiDocs
            ? "<li><a href=\"scalar\">Interactive API reference</a></li><li><a href=\"openapi/v1.json\">OpenAPI document</a></li>"
            : "";
        return new Page(
            "Cortex Identity",
            $"This is the authentication server for {Product.Name}, version {Product.Version}. Applications use it to log users in; there is nothing to "
                + "log in to on this page.",
            $"<ul>{docs}<li><a href=\"health\">Health</a></li><li><a href=\"account/security\">Set a new password</a></li></ul>"
                + (console.Status == ConsoleStatus.Missing ? MissingConsole.Instructions : ""))
        { CacheControl = CacheControl };
    }

    /// <summary>Redirects password managers from the W3C's "A Well-Known URL for Changing Passwords".</summary>
    internal static RedirectHttpResult RedirectToSecurity(HttpOptions options) =>
        TypedResults.Redirect(options.PublicUrl.AbsolutePath.TrimEnd('/') + SecurityPath);

    internal static Page ShowSecurity() => EmailForm();

    /// <summary>Requests a reset email. The response is the same whether or not there is an account, as with <c>/api/v1/auth/forgot-password</c>.</summary>
    internal static async Task<IResult> SendLink(HttpContext http, Outbox outbox, CancellationToken cancellationToken)
    {
        var form = await PageForm.ReadAsync(http, cancellationToken);
        if (!EmailAddress.TryRecognize(form[EmailField].ToString(), out var email, out var reason))
        {
            return EmailForm(reason);
        }

        await outbox.RequestAsync(MailKind.Request.PasswordReset, email, http.Origin(), cancellationToken);
        return new Page("Check your email", "If this address belongs to an account, we have sent it an email with a link. The link is valid for one hour.");
    }

    private static Page EmailForm(string? error = null) => new(
        "Change your password",
        $"If you know your password, change it in the application that you use with {Product.Name}. Otherwise, enter your account's email address, and we'll "
            + "send you a link to set a new password.",
        $"""
        {(error is null ? "" : $"<p role=\"alert\">{Page.Encode(error)}</p>")}<form method="post"><label for="{EmailField}">Email address</label>
        <input type="text" inputmode="email" id="{EmailField}" name="{EmailField}" autocomplete="username" maxlength="{EmailAddress.MaxLength}" required>
        <button>Send link</button></form>
        """,
        error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
}
