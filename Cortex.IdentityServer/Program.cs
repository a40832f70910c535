using Cortex.IdentityServer;
using Cortex.IdentityServer.Accounts;
using Cortex.IdentityServer.Admin;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Billing;
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

return await Verbs.RunAsync(args, serve: async (arguments, migrateOnly, stop) =>
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = arguments,
        ContentRootPath = AppContext.BaseDirectory,
        EnvironmentName = RunEnvironment.Default(arguments),
    });
    var environment = CortexEnvironment.Read(builder.Configuration, builder.Environment);
    await using var embedded = await environment.Database.StartEmbeddedAsync(stop);
    var postgres = await PoolerProbe.WithPreparedStatementsAsync(environment.Database.ConnectionString ?? embedded!.ConnectionString, stop);

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

    await using var app = builder.Build();
    await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(stop);
    if (migrateOnly)
    {
        return;
    }

    app.WarnOfMissingMail(environment.Mail);
    app.UseHttp(environment.Http);
    app.MapHealth();
    app.MapDiscovery();
    app.MapApiDocs(environment.Http);
    var auth = app.MapGroup("/api/v1/auth").CheckBodies();
    auth.MapAccounts();
    auth.MapLogin();
    auth.MapSessions();
    auth.MapTwoFactor();
    auth.MapPasskeys();
    auth.MapApiKeys();
    auth.MapIntrospection();
    auth.MapAudit();
    app.MapAdmin();
    app.MapMailedPages();

    // What the start leaves behind goes back to the system before there is load.
    app.Lifetime.ApplicationStarted.Register(() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
    await app.RunAsync(CancellationToken.None);
});
