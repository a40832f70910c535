using Cortex.IdentityServer.Features.WebConsole;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Site;

/// <summary>Maps the pages of the server's own site.</summary>
internal static class SiteFeature
{
    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the pages. With the web console, its own ones take the place of those that are shown at the same addresses.</summary>
    public static void MapSitePages(this IEndpointRouteBuilder app)
    {
        var hasConsole = app.ServiceProvider.GetRequiredService<ConsoleFiles>().Status == ConsoleStatus.On;
        var documents = app.MapGroup("/").AllowAnonymous().LimitedBy(HttpLimits.Documents).ExcludeFromDescription();
        documents.MapMethods("/.well-known/change-password", ReadMethods, SiteEndpoints.RedirectToSecurity);

        var mails = app.MapGroup("/").AllowAnonymous().LimitedBy(AccountLimits.Email).ExcludeFromDescription();
        mails.MapPost(SiteEndpoints.SecurityPath, SiteEndpoints.SendLink);
        if (!hasConsole)
        {
            documents.MapMethods("/", ReadMethods, SiteEndpoints.ShowHome);
            mails.MapMethods(SiteEndpoints.SecurityPath, ReadMethods, SiteEndpoints.ShowSecurity);
        }
    }
}
