using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>A server with a quota for the free tier.</summary>
public sealed class UserQuotaApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [("QUOTAS", "free:requests=100"), ("QUOTA_MODE", "hard")];
}

/// <summary>Staff see a user's quota and subscription as the user does.</summary>
public sealed class UserQuotaTests(UserQuotaApp app) : IClassFixture<UserQuotaApp>
{
    [Fact]
    public async Task Staff_sees_the_same_quota_as_the_user()
    {
        var (_, support) = await app.QuickStaffAsync("support");
        var (user, _, http) = await app.QuickSignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        await (await app.WithKey(key).PostAsync("/api/v1/usage", new[] { new { endpoint = "a" }, new { endpoint = "b" } }))
            .ShouldBeAsync(HttpStatusCode.Accepted);

        var shown = await ReadAsync(support, user.Id, "quota");

        Assert.Equal(await (await http.FetchAsync("/api/v1/usage/quota")).TextAsync(), shown.GetRawText());
        Assert.Equal("""[{"metric":"requests","limit":100,"used":2,"remaining":98}]""", shown.GetProperty("limits").GetRawText());
        Assert.Equal("hard", shown.GetProperty("mode").GetString());
    }

    [Fact]
    public async Task What_an_administrator_sets_is_shown()
    {
        var (_, admin) = await app.QuickStaffAsync();
        var (user, _, _) = await app.QuickSignUpAsync();
        using var own = JsonContent.Create(new { requests = 7, mode = "soft" });
        await (await admin.PutAsync(new Uri($"{Administrators.Users}/{user.Id}/quota", UriKind.Relative), own, TestContext.Current.CancellationToken))
            .ShouldBeAsync(HttpStatusCode.OK);

        var shown = await ReadAsync(admin, user.Id, "quota");

        Assert.Equal("soft", shown.GetProperty("mode").GetString());
        Assert.Equal(7, shown.GetProperty("limits")[0].GetProperty("limit").GetInt32());
    }

    [Fact]
    public async Task Staff_sees_the_same_subscription_as_the_user()
    {
        var (_, support) = await app.QuickStaffAsync("support");
        var (user, _, http) = await app.QuickSignUpAsync();

        var shown = await ReadAsync(support, user.Id, "billing");

        Assert.Equal(await (await http.FetchAsync("/api/v1/billing")).TextAsync(), shown.GetRawText());
        Assert.Equal("free", shown.GetProperty("subscription_tier").GetString());
    }

    [Theory]
    [InlineData("quota")]
    [InlineData("billing")]
    public async Task An_unknown_or_deleted_user_is_not_found(string what)
    {
        var (_, support) = await app.QuickStaffAsync("support");
        var deleted = await app.QuickUserAsync();
        await app.SqlAsync("UPDATE users SET deleted_at = now() WHERE id = $1", deleted.Id);

        foreach (var id in new[] { Guid.NewGuid(), deleted.Id })
        {
            await (await support.FetchAsync($"{Administrators.Users}/{id}/{what}")).ShouldBeProblemAsync(404, "not_found");
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpClient http, Guid user, string what) =>
        await (await http.FetchAsync($"{Administrators.Users}/{user}/{what}")).JsonAsync(HttpStatusCode.OK);
}
