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
    public async Task The_staff_sees_the_list_that_the_owner_sees(string role)
    {
        var (_, http) = await app.QuickStaffAsync(role);
        var (user, _, theirs) = await app.QuickSignedInAsync();
        await CortexApp.GenerateKeyAsync(theirs, "memory:read");
        await CortexApp.GenerateKeyAsync(theirs);

        var seen = await (await http.FetchAsync(StaffSteps.PathOf(user.Id, "/api-keys"))).TextAsync();

        Assert.Equal(await (await theirs.FetchAsync(Auth + "api-keys")).TextAsync(), seen);
        Assert.DoesNotContain("\"key\"", seen, StringComparison.Ordinal);
        await (await http.FetchAsync(StaffSteps.PathOf(Guid.NewGuid(), "/api-keys"))).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_key_that_is_revoked_stops_at_once_on_every_replica()
    {
        var (admin, http) = await app.QuickStaffAsync();
        var (user, _, theirs) = await app.QuickSignedInAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(theirs);
        var (_, other) = await CortexApp.GenerateKeyAsync(theirs);
        using var elsewhere = app.StartReplica(out var replica);
        using var _ = replica;
        elsewhere.DefaultRequestHeaders.Add("X-API-Key", key);
        await (await elsewhere.FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);

        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{id}"))).ShouldBeAsync(HttpStatusCode.NoContent);

        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await elsewhere.FetchUntilAsync(Auth + "me", HttpStatusCode.Unauthorized)).ShouldBeProblemAsync(401, "invalid_api_key");
        await (await app.WithKey(other).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
        var (actor, details) = await app.EventAsync("api_key.revoked", user.Id);
        Assert.Equal((admin.Id, id), (actor, details.GetProperty("api_key_id").GetGuid()));
    }

    [Fact]
    public async Task The_key_of_somebody_else_and_no_key_are_not_found()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var (_, _, stranger) = await app.QuickSignedInAsync();
        var (id, key) = await CortexApp.GenerateKeyAsync(stranger);

        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{id}"))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, $"/api-keys/{Guid.NewGuid()}"))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(StaffSteps.PathOf(user.Id, "/api-keys/none"))).ShouldBeProblemAsync(404, "not_found");
        await (await http.RemoveAsync(StaffSteps.PathOf(Guid.NewGuid(), $"/api-keys/{id}"))).ShouldBeProblemAsync(404, "not_found");

        await (await app.WithKey(key).FetchAsync(Auth + "me")).ShouldBeAsync(HttpStatusCode.OK);
    }
}
