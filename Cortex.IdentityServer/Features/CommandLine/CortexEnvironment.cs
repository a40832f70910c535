using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Authentication;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passkeys;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.SigningKeys;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>All settings of the server, read and checked once at start, before anything is opened.</summary>
internal sealed record CortexEnvironment(
    DatabaseOptions Database,
    SecretOptions Secrets,
    HttpOptions Http,
    PasskeyOptions Passkeys,
    RateLimitOptions RateLimits,
    AccountOptions Accounts,
    HashingOptions Hashing,
    SessionSettings Sessions,
    SigningOptions Signing,
    MailOptions Mail,
    AuditOptions Audit,
    AdminOptions Admin,
    ApiKeyOptions ApiKeys,
    IntegrationOptions Integrations,
    IReadOnlyList<string> Warnings)
{
    /// <param name="configuration">Environment variables and <c>appsettings.json</c>.</param>
    /// <param name="environment">Decides which rules hold.</param>
    /// <param name="serves">False for a command, which needs no setting that only answers to clients depend on.</param>
    /// <exception cref="ConfigurationException">One line for each variable that is missing or wrong.</exception>
    public static CortexEnvironment Read(IConfiguration configuration, IHostEnvironment environment, bool serves)
    {
        var settings = new SettingsReader(configuration, !RunEnvironment.HasDevelopmentRules(environment), serves);
        var http = HttpOptions.Read(settings);
        var passkeys = PasskeyOptions.Read(settings);
        var rateLimits = RateLimitOptions.Read(settings);
        var database = DatabaseOptions.Read(settings);
        var accounts = AccountOptions.Read(settings);
        var hashing = HashingOptions.Read(settings);
        var sessions = SessionSettings.Read(settings, http.PublicUrl);
        var mail = MailOptions.Read(settings, http.PublicUrl);
        var audit = AuditOptions.Read(settings);
        var admin = AdminOptions.Read(settings);
        var apiKeys = ApiKeyOptions.Read(settings);
        var integrations = IntegrationOptions.Read(settings);
        var signing = SigningOptions.Read(settings);
        var secrets = SecretOptions.Read(settings, signsWithSecret: signing.IsSymmetric);
        settings.ThrowIfRefused();
        return new(
            database, secrets, http, passkeys, rateLimits, accounts, hashing, sessions, signing, mail, audit, admin, apiKeys, integrations, settings.Warnings);
    }

    public IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton(Database)
        .AddSingleton(Http)
        .AddSingleton(Passkeys)
        .AddSingleton(RateLimits)
        .AddSingleton(Accounts)
        .AddSingleton(Hashing)
        .AddSingleton(Sessions)
        .AddSingleton(Signing)
        .AddSingleton(Mail)
        .AddSingleton(Audit)
        .AddSingleton(Admin)
        .AddSingleton(ApiKeys)
        .AddSingleton(Secrets)
        .AddSingleton(new SecretKeys(Secrets.SecretKeys));
}
