using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.Usage;
using Cortex.IdentityServer.Features.WebConsole;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Cortex.IdentityServer.Foundation.Logging;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Foundation.Telemetry;
using Cortex.IdentityServer.Identity.Account;
using Cortex.IdentityServer.Identity.ApiKeys;
using Cortex.IdentityServer.Identity.Audit;
using Cortex.IdentityServer.Identity.Authentication;
using Cortex.IdentityServer.Identity.Login;
using Cortex.IdentityServer.Identity.Mail;
using Cortex.IdentityServer.Identity.Passwords.Hashing;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using HttpOptions = Cortex.IdentityServer.Foundation.Http.HttpOptions;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>The options of all parts of the server.</summary>
internal sealed class ReadSettings
{
    private readonly object[] _all;

    private ReadSettings(DatabaseOptions database, IEnumerable<object> options, IReadOnlyList<string> warnings)
    {
        _all = [database, .. options];
        Warnings = warnings;
    }

    public DatabaseOptions Database => Of<DatabaseOptions>();

    public LogOptions Logs => Of<LogOptions>();

    public TelemetryOptions Telemetry => Of<TelemetryOptions>();

    public FreshnessOptions Freshness => Of<FreshnessOptions>();

    public SecretOptions Secrets => Of<SecretOptions>();

    public HttpOptions Http => Of<HttpOptions>();

    public RateLimitOptions RateLimits => Of<RateLimitOptions>();

    public IEnumerable<RateLimit> DeclaredLimits => _all.OfType<RateLimit>();

    public TierOptions Tiers => Of<TierOptions>();

    public AccountOptions Accounts => Of<AccountOptions>();

    public LoginOptions Login => Of<LoginOptions>();

    public HashingOptions Hashing => Of<HashingOptions>();

    public SessionSettings Sessions => Of<SessionSettings>();

    public SigningOptions Signing => Of<SigningOptions>();

    public MailOptions Mail => Of<MailOptions>();

    public AuditOptions Audit => Of<AuditOptions>();

    public UsageOptions Usage => Of<UsageOptions>();

    public AdminOptions Admin => Of<AdminOptions>();

    public ApiKeyOptions ApiKeys => Of<ApiKeyOptions>();

    public BillingOptions Billing => Of<BillingOptions>();

    public ConsoleOptions Console => Of<ConsoleOptions>();

    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads all options as the server does at its start, without throwing on errors.</summary>
    public static ReadSettings Of(IConfiguration variables, bool isProduction)
    {
        var settings = new SettingsReader(variables, isProduction, serves: true);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddConfiguration(variables);
        var database = DatabaseOptions.Read(settings);
        Program.AddServices(builder, settings, CancellationToken.None);
        settings.ThrowIfInvalid();
        return new(database, builder.Services.Select(service => service.ImplementationInstance).OfType<object>(), settings.Warnings);
    }

    /// <summary>The text that logging all options would write.</summary>
    public override string ToString() => string.Join(Environment.NewLine, _all.Where(one => one.GetType().Assembly == typeof(Program).Assembly));

    private T Of<T>() => _all.OfType<T>().Single();
}
