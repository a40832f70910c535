using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>What an administrator changes on one replica counts on the other from the next request on.</summary>
/// <remarks>What an administrator changes counts on other replicas within 250 ms (OWASP ASVS 7.4.2, 8.3.2).</remarks>
public sealed class ReplicaTests(CortexApp app) : IClassFixture<CortexApp>, IDisposable
{
    private const string Me = "/api/v1/auth/me";
    private const string Verify = "/api/v1/auth/verify";

    private IDisposable? _replica;

    public void Dispose() => _replica?.Dispose();

    [Fact]
    public async Task Who_is_switched_off_is_refused_with_token_and_key()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, tokens, theirs) = await app.QuickSignedInAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(theirs);
        var elsewhere = Elsewhere(tokens);
        await (await elsewhere.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var byKey = new HttpRequestMessage(HttpMethod.Get, Me);
        byKey.Headers.Add("X-API-Key", key);

        await (await http.EditAsync(user.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);

        await (await elsewhere.FetchUntilAsync(Me, HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "account_disabled");
        elsewhere.DefaultRequestHeaders.Authorization = null;
        await (await elsewhere.SendAsync(byKey, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Fact]
    public async Task A_role_counts_when_it_is_given_and_no_more_when_it_is_taken()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, tokens, _) = await app.QuickSignedInAsync();
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE id = $1", user.Id);
        var elsewhere = Elsewhere(tokens);
        var path = StaffSteps.PathOf(user.Id);
        await (await elsewhere.FetchAsync(path)).ShouldBeProblemAsync(403, "forbidden");

        await (await http.EditAsync(user.Id, new { roles = new[] { "support" } })).ShouldBeAsync(HttpStatusCode.OK);
        await (await elsewhere.FetchUntilAsync(path, HttpStatusCode.OK)).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.EditAsync(user.Id, new { roles = Array.Empty<string>() })).ShouldBeAsync(HttpStatusCode.OK);
        await (await elsewhere.FetchUntilAsync(path, HttpStatusCode.Forbidden)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_tier_counts()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, tokens, _) = await app.QuickSignedInAsync();
        var elsewhere = Elsewhere(tokens);
        Assert.Equal("free", await TierAsync(elsewhere));

        await (await http.EditAsync(user.Id, new { subscription_tier = "enterprise" })).ShouldBeAsync(HttpStatusCode.OK);

        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the tier of now", async () => await TierAsync(elsewhere) == "enterprise");
    }

    private HttpClient Elsewhere(Tokens tokens)
    {
        var http = app.StartReplica(out _replica);
        http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        return http;
    }

    private static async Task<string> TierAsync(HttpClient http) => (await http.FetchAsync(Verify)).Headers.GetValues("X-Auth-Tier").Single();
}
