using Cortex.IdentityServer.Features.Admin;
using Cortex.IdentityServer.Features.ApiDocs;
using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.CommandLine;
using Cortex.IdentityServer.Features.Introspection;
using Cortex.IdentityServer.Features.Site;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Authentication;
using Cortex.IdentityServer.Identity.Events;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

return await Entry.RunAsync(args, new Server(AddParts, ServeAsync));

// What the server is made of; commands use the same parts.
static void AddParts(WebApplicationBuilder builder, CortexEnvironment environment, string postgres, CancellationToken stop)
{
    environment.AddTo(builder.Services)
        .AddData(postgres)
        .AddRateLimits(environment.RateLimits)
        .AddPolicies(environment.Admin)
        .AddUsers()
        .AddAudit()
        .AddMail(environment.Mail)
        .AddEvents()
        .AddPasswords()
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
    app.UseCallerAuthorization();
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
    auth.MapPasskeyLogin();
    auth.MapApiKeys();
    auth.MapIntrospection();
    auth.MapAudit();
    routes.MapAdmin();
    routes.MapMailedPages();
    routes.MapSitePages();

    app.Lifetime.ApplicationStarted.Register(() => _ = CollectAsync());
    await app.ServeAsync();
}

// What the start leaves behind goes back to the system before there is load, but only when the background services have had their first turn.
static async Task CollectAsync()
{
    await Task.Delay(TimeSpan.FromSeconds(1));
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
