using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>Imports the accounts of another system.</summary>
internal static class ImportFeature
{
    public static IServiceCollection AddImport(this IServiceCollection services) => services
        .AddJson<ImportJson>()
        .AddSingleton<ImportRules>()
        .AddScoped<ImportStatement>()
        .AddScoped<UserImporter>();

    public static void MapImport(this IEndpointRouteBuilder admin) => admin.MapPost("/users/import", ImportEndpoint.ImportUsers)
        .RequireAuthorization(Policies.Admin)
        .RequireFreshAuthentication()
        .AcceptsLines<ImportedUser>()
        .ReturnsLines(typeof(ImportedLine), typeof(FailedLine), typeof(ImportProgress), typeof(ImportSummary), typeof(ImportError))
        .WithMetadata(new MaxBodySize(UserImporter.MaxBodyLength));
}
