using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Admin;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Billing;
using Cortex.IdentityServer.CommandLine;
using Cortex.IdentityServer.Configuration;
using Cortex.IdentityServer.Data;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Http.OpenApi;
using Cortex.IdentityServer.Http.RateLimits;
using Cortex.IdentityServer.Introspection;
using Cortex.IdentityServer.Login;
using Cortex.IdentityServer.Mail;
using Cortex.IdentityServer.Pages;
using Cortex.IdentityServer.Passkeys;
using Cortex.IdentityServer.Sessions;
using Cortex.IdentityServer.TwoFactor;
using Cortex.IdentityServer.Usage;

return await Entry.RunAsync(args, new Server(AddParts, ServeAsync));

// What the server is made of; commands use the same parts.
static void AddParts(WebApplicationBuilder builder, CortexEnvironment environment, string postgres, CancellationToken stop)
{
    environment.AddTo(builder.Services)
        .AddData(postgres)
        .AddRateLimits(environment.RateLimits)
        .AddPolicies(environment.Admin)
        .AddAudit()
        .AddMail(environment.Mail)
        .AddAccounts()
        .AddLogin()
        .AddTwoFactor()
        .AddPasskeys()
        .AddSessions()
        .AddApiKeys()
        .AddIntrospection()
        .AddUsage()
        .AddBilling()
        .AddAdmin()
        .AddApiDocs()
        .AddEitherScheme();
    builder.AddHttp(environment.Http, stop);
}

static async Task ServeAsync(WebApplication app, CortexEnvironment environment)
{
    app.WarnOfSettings(environment.Warnings);
    app.WarnOfMissingMail(environment.Mail);
    app.UseHttp(environment.Http);
    var routes = app.MapGroup("").AnswersHead();
    routes.MapHealth();
    routes.MapDiscovery(environment.Http);
    routes.MapRelatedOrigins();
    routes.MapApiDocs(environment.Http);
    var auth = routes.MapGroup("/api/v1/auth").CheckBodies();
    auth.MapAccounts();
    auth.MapLogin();
    auth.MapSessions();
    auth.MapTwoFactor();
    auth.MapPasskeys();
    auth.MapApiKeys();
    auth.MapIntrospection();
    auth.MapAudit();
    routes.MapAdmin();
    routes.MapMailedPages();
    routes.MapSitePages(environment.Http);

    // What the start leaves behind goes back to the system before there is load.
    app.Lifetime.ApplicationStarted.Register(() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
    await app.ServeAsync();
}
