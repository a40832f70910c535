using System.Globalization;
using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>A server in use: people with keys, usage, a subscription, and events, and staff who look after them.</summary>
public class SceneApp(PostgresCluster cluster) : ConsoleApp(cluster), IAsyncLifetime
{
    private const int UsageEvents = 240;
    private const int OtherUsers = 60;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>The same numbers in each run.</summary>
    private readonly Random _random = new(17);

    public PolarStub Polar { get; private set; } = null!;

    /// <summary>A customer with keys, usage, and a subscription.</summary>
    public TestUser Ada { get; private set; } = null!;

    public TwoFactorUser Admin { get; private set; } = null!;

    public TwoFactorUser Support { get; private set; } = null!;

    /// <summary>A billing event that belongs to nobody.</summary>
    public Guid UnmatchedEvent { get; private set; }

    protected override IEnumerable<(string Name, string Value)> Settings =>
    [
        .. base.Settings, ("POLAR_API_URL", Polar.Url.AbsoluteUri), ("POLAR_ACCESS_TOKEN", Polar.Options.AccessToken),
        ("POLAR_WEBHOOK_SECRET", Polar.Options.WebhookSecret),
        ("POLAR_PRODUCTS", $"{PolarStubOptions.Pro.Id}=pro,{PolarStubOptions.Enterprise.Id}=enterprise"),
        ("QUOTAS", "free:requests=1000,tokens=100000,cost_usd=1;pro:requests=100000,cost_usd=100"),
    ];

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Polar = await PolarStub.StartAsync(new PolarStubOptions
        {
            Clock = Clock,
            RequestsPerMinute = int.MaxValue,
            WebhookTarget = new(PublicUrl, "/api/v1/billing/webhooks/polar"),
        });
        await InitializeAsync();
        Admin = await this.SignUpStaffAsync();
        Support = await this.SignUpStaffAsync("support");
        Ada = await RegisterAsync("ada@example.com");
        await AddKeysAndUsageAsync();
        await AddSubscriptionsAsync();
        await SqlAsync(
            "INSERT INTO users (email, password_hash, is_verified, created_at) "
                + "SELECT format('person%s@example.org', lpad(i::text, 2, '0')), 'x', i % 3 > 0, now() - i * interval '11 hours' FROM generate_series(1, $1) i",
            OtherUsers);
    }

    /// <summary>The code that the administrator's or supporter's app shows. Each call moves the clock, because a code works once.</summary>
    public string NextCode(TwoFactorUser person)
    {
        this.NextStep();
        return this.Code(person.Secret);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Polar.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task AddKeysAndUsageAsync()
    {
        var http = WithToken((await LogInAsync(Ada)).AccessToken);
        await GenerateAsync(http, new { name = "staging", scopes = new[] { "memory:read" }, expires_in_days = 5 });
        await GenerateAsync(http, new { name = "old scripts" });
        var key = await GenerateAsync(http, new { name = "production", scopes = new[] { "memory:read" }, monthly_quota = new { requests = 500 } });
        using var service = WithKey(key);
        await service.ReportAsync(Enumerable.Range(0, UsageEvents).Select(Event).ToArray());
    }

    private object Event(int number)
    {
        var failed = number % 17 == 0;
        var minutesAgo = _random.Next(1, 28 * 24 * 60);
        return new
        {
            endpoint = new[] { "/memories", "/search", "/embed" }[number % 3],
            provider = new[] { "openai", "anthropic" }[number % 2],
            tokens_used = _random.Next(20, 900),
            cost_usd = (_random.Next(10, 9000) / 1_000_000m).ToString(CultureInfo.InvariantCulture),
            response_time_ms = _random.Next(20, 900),
            status_code = failed ? 502 : 200,
            error_message = failed ? "The provider didn't answer." : null,

            // The current month has usage from its first minute on.
            created_at = Clock.GetUtcNow().AddMinutes(number == 0 ? 0 : -minutesAgo),
        };
    }

    private async Task AddSubscriptionsAsync()
    {
        Polar.AddCustomer(Ada.Id.ToString(), Ada.Email).Subscribe(PolarStubOptions.Pro.Id);
        Polar.AddCustomer(externalId: null, "stranger@example.net").Subscribe(PolarStubOptions.Pro.Id);
        await Poll.UntilAsync(Timeout, "Ada's tier is pro, and the stranger's event is unmatched", async () =>
            (string)(await SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", Ada.Id))! == "pro"
            && (long)(await SqlAsync("SELECT count(*) FROM billing_inbox WHERE unmatched_at IS NOT NULL"))! > 0);
        UnmatchedEvent = (Guid)(await SqlAsync("SELECT id FROM billing_inbox WHERE unmatched_at IS NOT NULL LIMIT 1"))!;
    }

    private static async Task<string> GenerateAsync(HttpClient http, object key) =>
        (await (await http.PostAsync("/api/v1/auth/api-keys/generate", key)).JsonAsync(HttpStatusCode.Created)).GetProperty("key").GetString()!;
}
