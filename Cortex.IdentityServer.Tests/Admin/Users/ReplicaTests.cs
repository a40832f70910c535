using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>An administrator's changes take effect on other replicas within 250 ms (OWASP ASVS 7.4.2, 8.3.2).</summary>
public sealed class ReplicaTests(CortexApp app) : IClassFixture<CortexApp>, IDisposable
{
    private const string Me = "/api/v1/auth/me";
    private const string Verify = "/api/v1/auth/verify";

    private IDisposable? _replica;

    public void Dispose() => _replica?.Dispose();

    [Fact]
    public async Task A_disabled_user_is_refused_with_a_token_and_with_a_key()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, tokens, userHttp) = await app.QuickSignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(userHttp);
        var otherReplica = OtherReplica(tokens);
        await (await otherReplica.FetchAsync(Me)).ShouldBeAsync(HttpStatusCode.OK);
        var byKey = new HttpRequestMessage(HttpMethod.Get, Me);
        byKey.Headers.Add("X-API-Key", key);

        await (await http.UpdateUserAsync(user.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);

        await (await otherReplica.FetchUntilStatusAsync(Me, HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "account_disabled");
        otherReplica.DefaultRequestHeaders.Authorization = null;
        await (await otherReplica.SendAsync(byKey, TestContext.Current.CancellationToken)).ShouldBeProblemAsync(401, "invalid_api_key");
    }

    [Fact]
    public async Task A_role_takes_effect_when_it_is_granted_and_stops_when_it_is_revoked()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, tokens, _) = await app.QuickSignUpAsync();
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE id = $1", user.Id);
        var otherReplica = OtherReplica(tokens);
        var path = StaffSteps.PathOf(user.Id);
        await (await otherReplica.FetchAsync(path)).ShouldBeProblemAsync(403, "forbidden");

        await (await http.UpdateUserAsync(user.Id, new { roles = new[] { "support" } })).ShouldBeAsync(HttpStatusCode.OK);
        await (await otherReplica.FetchUntilStatusAsync(path, HttpStatusCode.OK)).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.UpdateUserAsync(user.Id, new { roles = Array.Empty<string>() })).ShouldBeAsync(HttpStatusCode.OK);
        await (await otherReplica.FetchUntilStatusAsync(path, HttpStatusCode.Forbidden)).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_changed_tier_takes_effect()
    {
        var (_, http) = await app.QuickStaffAsync();
        var (user, tokens, _) = await app.QuickSignUpAsync();
        var otherReplica = OtherReplica(tokens);
        Assert.Equal("free", await TierAsync(otherReplica));

        await (await http.UpdateUserAsync(user.Id, new { subscription_tier = "enterprise" })).ShouldBeAsync(HttpStatusCode.OK);

        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "the new tier", async () => await TierAsync(otherReplica) == "enterprise");
    }

    private HttpClient OtherReplica(Tokens tokens)
    {
        var http = app.StartReplica(out _replica);
        http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        return http;
    }

    private static async Task<string> TierAsync(HttpClient http) => (await http.FetchAsync(Verify)).Headers.GetValues("X-Auth-Tier").Single();
}
