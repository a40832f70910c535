using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account;

namespace Cortex.IdentityServer.Features.Site;

/// <summary>Maps the pages of the server's own site.</summary>
internal static class SiteFeature
{
    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapSitePages(this IEndpointRouteBuilder app)
    {
        var documents = app.MapGroup("/").AllowAnonymous().LimitedBy(HttpLimits.Documents).ExcludeFromDescription();
        documents.MapMethods("/", ReadMethods, SiteEndpoints.ShowHome);
        documents.MapMethods("/.well-known/change-password", ReadMethods, SiteEndpoints.RedirectToSecurity);

        var mails = app.MapGroup("/").AllowAnonymous().LimitedBy(AccountLimits.Email).ExcludeFromDescription();
        mails.MapMethods(SiteEndpoints.SecurityPath, ReadMethods, SiteEndpoints.ShowSecurity);
        mails.MapPost(SiteEndpoints.SecurityPath, SiteEndpoints.SendLink);
    }
}
