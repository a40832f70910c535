using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>One administrator who may log in always stays.</summary>
/// <remarks>Without an administrator nobody could appoint one, short of the command line; two at once must not remove each other (OWASP ASVS 15.4.2).</remarks>
public sealed class LastAdminTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Me = "/api/v1/auth/me";

    public static TheoryData<string> Ways => ["demote", "disable", "delete"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_last_one_stays(string way)
    {
        var (admin, http) = (await app.OnlyAdminsAsync(1))[0];

        await (await TakeAwayAsync(http, admin.Id, way)).ShouldBeProblemAsync(409, "last_admin");

        await (await http.FetchAsync(StaffSteps.PathOf(admin.Id))).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(0L, await app.EventsAsync("user.updated", admin.Id) + await app.EventsAsync("user.deleted", admin.Id));
    }

    /// <remarks>Who may not log in can't help anybody.</remarks>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task One_who_is_switched_off_does_not_count(string way)
    {
        var admins = await app.OnlyAdminsAsync(2);
        await (await admins[0].Http.EditAsync(admins[1].User.Id, new { is_active = false })).ShouldBeAsync(HttpStatusCode.OK);

        await (await TakeAwayAsync(admins[0].Http, admins[0].User.Id, way)).ShouldBeProblemAsync(409, "last_admin");
        await (await TakeAwayAsync(admins[0].Http, admins[1].User.Id, way)).ShouldBeAsync(way == "delete" ? HttpStatusCode.NoContent : HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Who_is_not_the_last_may_go_of_their_own_will(string way)
    {
        var admins = await app.OnlyAdminsAsync(2);

        await (await TakeAwayAsync(admins[0].Http, admins[0].User.Id, way)).ShouldBeAsync(way == "delete" ? HttpStatusCode.NoContent : HttpStatusCode.OK);

        Assert.Equal(1L, await app.ActiveAdminsAsync());
        Assert.Contains((int)(await admins[0].Http.FetchAsync(StaffSteps.PathOf(admins[1].User.Id))).StatusCode, new[] { 401, 403 });
    }

    [Fact]
    public async Task What_leaves_the_last_one_an_administrator_is_allowed()
    {
        var (admin, http) = (await app.OnlyAdminsAsync(1))[0];

        await (await http.EditAsync(admin.Id, new { is_verified = true, subscription_tier = "pro", is_active = true, roles = new[] { "admin", "support" } }))
            .ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("demote", "demote")]
    [InlineData("disable", "disable")]
    [InlineData("delete", "delete")]
    [InlineData("demote", "disable")]
    [InlineData("disable", "delete")]
    [InlineData("delete", "demote")]
    public async Task Of_two_who_take_each_other_away_at_once_one_stays(string first, string second)
    {
        for (var round = 0; round < 3; round++)
        {
            var admins = await app.OnlyAdminsAsync(2);

            var answers = await AtOnce.StatusesAsync(2, index => TakeAwayAsync(admins[index].Http, admins[1 - index].User.Id, index == 0 ? first : second));

            Assert.Single(answers, status => status is HttpStatusCode.OK or HttpStatusCode.NoContent);
            Assert.Single(
                answers, status => status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.Conflict or HttpStatusCode.NotFound);
            Assert.Equal(1L, await app.ActiveAdminsAsync());
        }
    }

    /// <remarks>Nobody holds anybody else's account here: only the rule keeps the last.</remarks>
    [Theory]
    [InlineData("demote")]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("all")]
    public async Task Of_four_who_all_leave_at_once_one_stays(string way)
    {
        for (var round = 0; round < 3; round++)
        {
            var admins = await app.OnlyAdminsAsync(4);

            var answers = await AtOnce.StatusesAsync(4, index => index == 3 && way == "all"
                ? admins[index].Http.SendAsync(new(HttpMethod.Delete, Me) { Content = JsonContent.Create(new { password = TestUser.DefaultPassword }) })
                : TakeAwayAsync(admins[index].Http, admins[index].User.Id, way == "all" ? Ways.ElementAt(index % 3).Data : way));

            Assert.Single(answers, way == "all" && answers[3] == HttpStatusCode.Unauthorized ? HttpStatusCode.Unauthorized : HttpStatusCode.Conflict);
            Assert.Equal(1L, await app.ActiveAdminsAsync());
        }
    }

    /// <summary>In both directions and in a ring, so that any other order of locks would end in a deadlock.</summary>
    [Fact]
    public async Task Of_sixteen_who_take_each_other_away_at_once_in_every_way_at_least_one_stays_and_nothing_fails()
    {
        var admins = await app.OnlyAdminsAsync(6);

        var answers = await AtOnce.StatusesAsync(16, index => TakeAwayAsync(
            admins[index % 6].Http, admins[(index < 8 ? index + 1 : index + 5) % 6].User.Id, Ways.ElementAt(index % 3).Data));

        Assert.All(answers, status => Assert.True((int)status < 500, $"{status}"));
        Assert.Contains(answers, status => status is HttpStatusCode.OK or HttpStatusCode.NoContent);
        Assert.InRange(await app.ActiveAdminsAsync(), 1, 5);
        Assert.DoesNotContain("deadlock", app.Log, StringComparison.OrdinalIgnoreCase);
    }

    private static Task<HttpResponseMessage> TakeAwayAsync(HttpClient http, Guid user, string way) => way switch
    {
        "demote" => http.EditAsync(user, new { roles = Array.Empty<string>() }),
        "disable" => http.EditAsync(user, new { is_active = false }),
        _ => http.EraseAsync(user),
    };
}
