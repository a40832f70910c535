using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Tests.Admin;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage;

namespace Cortex.IdentityServer.Tests.Data.Backup;

/// <summary>A server with something of everything that a backup has to bring back, and what its users hold and see.</summary>
internal sealed class LivelyServer
{
    private const string Auth = "/api/v1/auth/";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly CortexApp _app;
    private readonly TwoFactorUser _staff;
    private readonly TwoFactorUser _careful;
    private readonly TestUser _plain;
    private readonly string _plainToken;
    private readonly string _spent;
    private readonly string _key;
    private readonly string _usedCode;
    private readonly DateTimeOffset _until;

    private LivelyServer(
        CortexApp app, TwoFactorUser staff, TwoFactorUser careful, TestUser plain, Tokens plainTokens, string live, string spent, string key, string usedCode)
    {
        (_app, _staff, _careful, _plain, _plainToken, Live, _spent, _key, _usedCode) =
            (app, staff, careful, plain, plainTokens.AccessToken, live, spent, key, usedCode);
        _until = app.Clock.GetUtcNow();
    }

    /// <summary>The address of the user who has the API key.</summary>
    public string Email => _plain.Email;

    /// <summary>Returns a client with an access token.</summary>
    public HttpClient WithSession(HttpClient http) => With(http, "Authorization", $"Bearer {_plainToken}");

    /// <summary>The current refresh token of a session.</summary>
    public string Live { get; }

    /// <summary>A client with the API key.</summary>
    public HttpClient WithKey(HttpClient http) => With(http, "X-API-Key", _key);

    public static async Task<LivelyServer> FillAsync(CortexApp app)
    {
        var staff = await app.SignUpStaffAsync();
        var careful = await app.SignUpWithTwoFactorAsync();
        var (plain, first, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await app.WithKey(key).ReportAsync(
            Enumerable.Range(0, 50).Select(i => new { endpoint = $"/v1/{i % 3}", tokens_used = i, cost_usd = "0.001" }).ToArray());
        await app.FoldAsync();

        // Sums that are folded and sums that aren't are in different tables.
        await app.WithKey(key).ReportAsync(new { endpoint = "/v1/late", tokens_used = 7, cost_usd = "0.25" });
        await app.SqlAsync("INSERT INTO billing_events (user_id, event_type, polar_event_id, data) VALUES ($1, 'order.paid', 'one', '{}')", plain.Id);
        var live = await RefreshAsync(app.Anonymous(), first.RefreshToken);
        var second = await app.LogInAsync(plain);
        await RefreshAsync(app.Anonymous(), second.RefreshToken);
        var tokens = await app.LogInAsync(plain);
        await app.ShouldHaveActiveUsersAsync(DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime), expected: 3);
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "the key's last use", async () =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(20));
            return await app.SqlAsync("SELECT last_used_at IS NOT NULL FROM api_keys") is true;
        });
        var code = app.Code(careful.Secret);
        await (await LogInAsync(app.Anonymous(), careful.User, code)).ShouldBeAsync(HttpStatusCode.OK);
        return new(app, staff, careful, plain, tokens, live, second.RefreshToken, key, code);
    }

    /// <summary>Returns what users and administrators see: the statistics, the reports, and the export of an account.</summary>
    public async Task<string> ViewAsync(HttpClient http)
    {
        var (from, to) = (Uri.EscapeDataString(_until.AddDays(-3).Iso()), Uri.EscapeDataString(_until.AddHours(1).Iso()));
        var staff = With(http, "Authorization", $"Bearer {_staff.Tokens.AccessToken}");
        var plain = WithSession(http);
        var pages = new[]
        {
            (staff, StatisticsSteps.Route), (staff, "/api/v1/admin/users"), (staff, $"/api/v1/admin/usage?from={from}&to={to}&group_by=tier"),
            (plain, $"/api/v1/usage?from={from}&to={to}&group_by=endpoint"), (plain, Auth + "me/export"), (plain, Auth + "sessions"),
        };
        var view = new List<string>();
        foreach (var (client, page) in pages)
        {
            var body = JsonNode.Parse((await (await client.GetAsync(page, TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK)).GetRawText())!;
            if (body is JsonObject fields && fields.Remove("exported_at"))
            {
                // Each export adds an event of its own.
                fields["events"]!.AsArray().RemoveAll(one => (string?)one!["action"] == "user.exported");
            }

            Sort(body);
            view.Add($"{page} {body.ToJsonString(Indented)}");
        }

        return string.Join('\n', view);
    }

    /// <summary>Sorts the elements of lists, because the order of those with the same time isn't defined.</summary>
    private static void Sort(JsonNode? node)
    {
        foreach (var child in node switch { JsonObject fields => fields.Select(field => field.Value), JsonArray list => list, _ => [] })
        {
            Sort(child);
        }

        if (node is JsonArray array)
        {
            var sorted = array.Select(element => element?.DeepClone()).OrderBy(element => element?.ToJsonString(), StringComparer.Ordinal).ToList();
            array.Clear();
            sorted.ForEach(array.Add);
        }
    }

    /// <summary>Checks that everything that users hold works at this server as it would have at the one that was backed up, and nothing else.</summary>
    public async Task ShouldWorkAsync(HttpClient http)
    {
        await (await WithKey(http).GetAsync(Auth + "verify", TestContext.Current.CancellationToken)).ShouldBeAsync(HttpStatusCode.NoContent);

        // A code is accepted once, even if the database was restored in between.
        await (await LogInAsync(http, _careful.User, _usedCode)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        _app.NextStep();
        await (await LogInAsync(http, _careful.User, _app.Code(_careful.Secret))).ShouldBeAsync(HttpStatusCode.OK);
        await (await LogInAsync(http, _plain)).ShouldBeAsync(HttpStatusCode.OK);
        await RefreshAsync(http, Live);
        await (await http.PostAsync(Auth + "refresh", new { refresh_token = _spent })).ShouldBeProblemAsync(401, "refresh_token_reused");

        // The triggers work: usage is counted and sign-ups appear in the statistics.
        await WithKey(http).ReportAsync(new { endpoint = "/v1/restored", tokens_used = 1 });
        await (await http.PostAsync(Auth + "register", new { email = _app.NewEmail(), password = TestUser.DefaultPassword }))
            .ShouldBeAsync(HttpStatusCode.Created);
        var staff = With(http, "Authorization", $"Bearer {_staff.Tokens.AccessToken}");
        Assert.Equal(4, (await staff.StatisticsAsync()).Number("users"));
        var used = await (await WithKey(http).GetAsync(UsageSteps.Route, TestContext.Current.CancellationToken)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(52, used.GetProperty("totals").Number("requests"));
    }

    public static Task<HttpResponseMessage> LogInAsync(HttpClient http, TestUser user, string? code = null) =>
        http.PostAsync(Auth + "login", new { email = user.Email, password = user.Password, two_factor_code = code });

    /// <summary>Spends a refresh token, and returns the next one.</summary>
    public static async Task<string> RefreshAsync(HttpClient http, string token) =>
        Tokens.Of(await (await http.PostAsync(Auth + "refresh", new { refresh_token = token })).JsonAsync(HttpStatusCode.OK)).RefreshToken;

    private static HttpClient With(HttpClient http, string header, string value)
    {
        var other = new HttpClient { BaseAddress = http.BaseAddress };
        other.DefaultRequestHeaders.Add(header, value);
        return other;
    }
}
