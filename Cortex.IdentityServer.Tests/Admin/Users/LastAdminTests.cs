using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>At least one administrator who can log in always remains.</summary>
/// <remarks>Without one, only the command line could create another. Two administrators must not be able to remove each other (OWASP ASVS 15.4.2).</remarks>
public sealed class LastAdminTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    public static TheoryData<string> Ways => ["demote", "disable", "delete"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_last_administrator_cannot_be_removed(string way)
    {
        var (admin, http) = (await app.ReplaceAdminsAsync(1))[0];

        await (await RemoveAdminAsync(http, admin.Id, way)).ShouldBeProblemAsync(409, "last_admin");

        await (await http.FetchAsync(StaffSteps.PathOf(admin.Id))).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(0L, await app.CountEventsAsync("user.updated", admin.Id) + await app.CountEventsAsync("user.deleted", admin.Id));
    }

    /// <remarks>An administrator who can't log in can't help anybody.</remarks>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_disabled_administrator_does_not_count(string way)
    {
        var admins = await app.ReplaceAdminsAsync(2);
        await (await admins[0].Http.UpdateUserAsync(admins[1].User.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);

        await (await RemoveAdminAsync(admins[0].Http, admins[0].User.Id, way)).ShouldBeProblemAsync(409, "last_admin");
        await (await RemoveAdminAsync(admins[0].Http, admins[1].User.Id, way)).ShouldBeAsync(way == "delete" ? HttpStatusCode.NoContent : HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_administrator_who_is_not_the_last_can_leave(string way)
    {
        var admins = await app.ReplaceAdminsAsync(2);

        await (await RemoveAdminAsync(admins[0].Http, admins[0].User.Id, way)).ShouldBeAsync(way == "delete" ? HttpStatusCode.NoContent : HttpStatusCode.OK);

        Assert.Equal(1L, await app.ActiveAdminsAsync());
        Assert.Contains((int)(await admins[0].Http.FetchAsync(StaffSteps.PathOf(admins[1].User.Id))).StatusCode, new[] { 401, 403 });
    }

    [Fact]
    public async Task Changes_that_keep_the_last_administrator_in_place_are_allowed()
    {
        var (admin, http) = (await app.ReplaceAdminsAsync(1))[0];

        await (await http.UpdateUserAsync(
            admin.Id, new { is_verified = true, subscription_tier = "pro", is_active = true, roles = new[] { "admin", "support" } }))
            .ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("demote", "demote")]
    [InlineData("disable", "disable")]
    [InlineData("delete", "delete")]
    [InlineData("demote", "disable")]
    [InlineData("disable", "delete")]
    [InlineData("delete", "demote")]
    public async Task Of_two_administrators_who_remove_each_other_at_the_same_time_one_remains(string first, string second)
    {
        for (var round = 0; round < 3; round++)
        {
            var admins = await app.ReplaceAdminsAsync(2);

            var answers = await Concurrently.StatusesAsync(
                2, index => RemoveAdminAsync(admins[index].Http, admins[1 - index].User.Id, index == 0 ? first : second));

            Assert.Single(answers, status => status is HttpStatusCode.OK or HttpStatusCode.NoContent);
            Assert.Single(
                answers, status => status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.Conflict or HttpStatusCode.NotFound);
            Assert.Equal(1L, await app.ActiveAdminsAsync());
        }
    }

    /// <remarks>Each request locks only its caller's own account, so only the rule itself keeps the last administrator.</remarks>
    [Theory]
    [InlineData("demote")]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("all")]
    public async Task Of_four_administrators_who_leave_at_the_same_time_one_remains(string way)
    {
        for (var round = 0; round < 3; round++)
        {
            var admins = await app.ReplaceAdminsAsync(4);

            var answers = await Concurrently.StatusesAsync(4, index => index == 3 && way == "all"
                ? admins[index].Http.SendAsync(new(HttpMethod.Delete, Me) { Content = JsonContent.Create(new { password = TestUser.DefaultPassword }) })
                : RemoveAdminAsync(admins[index].Http, admins[index].User.Id, way == "all" ? Ways.ElementAt(index % 3).Data : way));

            Assert.Single(answers, way == "all" && answers[3] == HttpStatusCode.Unauthorized ? HttpStatusCode.Unauthorized : HttpStatusCode.Conflict);
            Assert.Equal(1L, await app.ActiveAdminsAsync());
        }
    }

    /// <summary>The administrators remove each other around a ring in both directions, so that an inconsistent order of locks would cause a deadlock.</summary>
    [Fact]
    public async Task Sixteen_concurrent_removals_of_every_kind_leave_at_least_one_administrator_and_cause_no_error()
    {
        var admins = await app.ReplaceAdminsAsync(6);

        var answers = await Concurrently.StatusesAsync(16, index => RemoveAdminAsync(
            admins[index % 6].Http, admins[(index < 8 ? index + 1 : index + 5) % 6].User.Id, Ways.ElementAt(index % 3).Data));

        Assert.All(answers, status => Assert.True((int)status < 500, $"{status}"));
        Assert.Contains(answers, status => status is HttpStatusCode.OK or HttpStatusCode.NoContent);
        Assert.InRange(await app.ActiveAdminsAsync(), 1, 5);
        Assert.DoesNotContain("deadlock", app.Log, StringComparison.OrdinalIgnoreCase);
    }

    private static Task<HttpResponseMessage> RemoveAdminAsync(HttpClient http, Guid user, string way) => way switch
    {
        "demote" => http.UpdateUserAsync(user, new { roles = Array.Empty<string>() }),
        "disable" => http.UpdateUserAsync(user, new { is_active = false }),
        _ => http.DeleteUserAsync(user),
    };
}
