using Cortex.IdentityServer.Features.Admin;
using Cortex.IdentityServer.Features.ApiDocs;
using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.CommandLine;
using Cortex.IdentityServer.Features.Frontend;
using Cortex.IdentityServer.Features.Introspection;
using Cortex.IdentityServer.Features.Site;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Features.Usage.Quotas;
using Cortex.IdentityServer.Features.WebConsole;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Foundation.Logging;
using Cortex.IdentityServer.Foundation.Management;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Foundation.Telemetry;
using Cortex.IdentityServer.Foundation.Tls;
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
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Identity.Users;

return await Entry.RunAsync(args, new Server(AddServices, ServeAsync));

internal sealed partial class Program
{
    /// <summary>Registers the server's services; commands use the same ones. Each reads its own settings.</summary>
    internal static void AddServices(WebApplicationBuilder builder, SettingsReader settings, CancellationToken stop)
    {
        var http = HttpOptions.Read(settings);
        builder.Services
            .AddLogs(settings)
            .AddTelemetry(settings)
            .AddManagement(settings)
            .AddSecrets(settings)
            .AddData(settings)
            .AddUsers(settings)
            .AddAudit(settings)
            .AddMail(settings, http.PublicUrl)
            .AddEvents()
            .AddPasswords(settings)
            .AddAccounts(settings)
            .AddLogin(settings)
            .AddTwoFactor()
            .AddPasskeys(settings)
            .AddSigningKeys(settings)
            .AddSessions(settings)
            .AddApiKeys(settings)
            .AddCallers(settings)
            .AddIntrospection()
            .AddUsage(settings)
            .AddBilling(settings)
            .AddAdmin()
            .AddFrontend()
            .AddApiDocs()
            .AddConsole(settings, http.PublicUrl)
            .AddRateLimits(settings);
        builder.AddHttp(http, stop).AddTls(settings);
    }

    private static async Task ServeAsync(WebApplication app)
    {
        var http = app.Services.GetRequiredService<HttpOptions>();
        app.CheckTelemetry();
        app.WarnIfMailIsOff();
        app.UseRequestStart(http);
        app.UseForwardAuthTargets();
        app.UseHttp(http);
        app.UseCallerAuthorization();
        app.UseUsageMeter();
        var routes = app.MapGroup("").AnswerHead();
        routes.MapHealth();
        routes.MapDiscovery(http);
        routes.MapPasskeyDocuments();
        routes.MapFrontend();
        routes.MapApiDocs(http);
        var auth = routes.MapGroup("/api/v1/auth").ValidateBodies();
        auth.MapAccounts();
        auth.MapLogin();
        auth.MapSessions();
        auth.MapTwoFactor();
        auth.MapPasskeys();
        auth.MapPasskeyLogin();
        auth.MapApiKeys();
        auth.MapIntrospection();
        auth.MapAudit();
        routes.MapUsage();
        routes.MapBilling();
        routes.MapAdmin();
        routes.MapMailedPages();
        routes.MapConsole();
        routes.MapSitePages();

        app.Lifetime.ApplicationStarted.Register(() => _ = ReleaseMemoryAsync());
        await app.ServeAsync();
    }

    /// <summary>
    /// Returns the memory that startup used to the operating system, once the background services have run for the first time.
    /// </summary>
    private static async Task ReleaseMemoryAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(1));
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
