using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <remarks>Staff can list and revoke a user's keys, but no key is ever shown again.</remarks>
public sealed class UserApiKeyTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Auth = "/api/v1/auth/";

    [Theory]
    [InlineData("admin")]
    [InlineData("support")]
    public async Task Staff_see_the_same_list_as_the_owner(string role)
    {
        var (_, http) = await app.QuickStaffAsync(role);
        var (user, _, userHttp) = await app.QuickSignUpAsync();
        await CortexApp.GenerateKeyAsync(userHttp, "memory:read");
        await CortexApp.GenerateKeyAsync(userHttp);

        var seen = await (await http.FetchAsync(StaffSteps.PathOf(user.Id, "/api-keys"))).TextAsync();

        Assert.Equal(await (await userHttp.FetchAsync(Auth + "api-keys")).TextAsync(), seen);
        Assert.DoesNotContain("\"key\"", seen, StringComparison.Ordinal);
        await (await http.FetchAsync(StaffSteps.PathOf(Guid.NewGuid(), "/api-keys"))).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_revoked_key_stops_working_at_once_on_every_replica()
    {
        var (admin, http) = await app.QuickStaffAsync();
        var (user, _, userHttp) = await app.QuickSignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(userHttp);
        var (_, other) = await CortexApp.GenerateKeyAsync(userHttp);
        using var otherReplica = app.StartReplica(out var replica);
        using var _ = replica;
        otherReplica.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await otherReplica.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{id}"))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await otherReplica.FetchUntilStatusAsync(Auth + "me", HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithKey(other).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        var (actor, details) = await app.SingleEventAsync("api_key.revoked", user.Id);
        Assert.Equal((admin.Id, id), (actor, details.GetProperty("api_key_id").GetGuid()));
    }

    [Fact]
    public async Task Another_users_key_and_an_unknown_key_are_not_found()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var (_, _, otherUser) = await app.QuickSignUpAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(otherUser);

        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{id}"))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{Guid.NewGuid()}"))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, "/api-keys/none"))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(StaffSteps.PathOf(Guid.NewGuid(), $"/api-keys/{id}"))).ShouldBeProblemAsync(404, "not_found");

        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
    }
}
