using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>With If-Match, callers can't overwrite changes that they haven't seen (RFC 9110, section 13.1.1).</summary>
public sealed class IfMatchTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Theory]
    [InlineData("{0}")]
    [InlineData("*")]
    [InlineData("\"else\", {0}")]
    [InlineData("\"else\",,{0} , W/\"x\"")]
    public async Task A_matching_tag_allows_the_change(string header)
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var tag = await http.EntityTagAsync(user.Id);

        await (await http.UpdateUserAsync(user.Id, new { is_verified = true }, header.Replace("{0}", tag, StringComparison.Ordinal)))
            .ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("\"else\"")]
    [InlineData("W/{0}")]
    [InlineData("\"*\"")]
    [InlineData("\"\"")]
    [InlineData("\"a\", W/{0}, \"b\"")]
    public async Task A_tag_that_does_not_match_changes_nothing(string header)
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var tag = await http.EntityTagAsync(user.Id);
        var given = header.Replace("{0}", tag, StringComparison.Ordinal);

        await (await http.UpdateUserAsync(user.Id, new { is_verified = true }, given)).ShouldBeProblemAsync(412, "precondition_failed");
        await (await http.UpdateUserAsync(user.Id, new { is_verified = false }, given)).ShouldBeProblemAsync(412, "precondition_failed");
        await (await http.DeleteUserAsync(user.Id, given)).ShouldBeProblemAsync(412, "precondition_failed");

        Assert.Equal(tag, await http.EntityTagAsync(user.Id));
        Assert.Equal(0L, await app.CountEventsAsync("user.updated", user.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("else")]
    [InlineData("\"open")]
    [InlineData("*, \"a\"")]
    [InlineData("**")]
    [InlineData("\"a\" \"b\"")]
    public async Task A_malformed_tag_is_rejected(string header)
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();

        await (await http.UpdateUserAsync(user.Id, new { is_verified = true }, header)).ShouldBeProblemAsync(400, "malformed_request");
        await (await http.DeleteUserAsync(user.Id, header)).ShouldBeProblemAsync(400, "malformed_request");
    }

    [Fact]
    public async Task The_tag_of_the_last_response_allows_the_next_change_and_an_earlier_one_does_not()
    {
        var (_, http) = await app.QuickStaffAsync();
        var made = await http.PostAsync(Administrators.Users, new { email = app.NewEmail() });
        var id = (await made.JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var first = made.Headers.ETag!.ToString();

        var second = (await http.UpdateUserAsync(id, new { is_verified = true }, first)).Headers.ETag!.ToString();
        var third = (await http.UpdateUserAsync(id, new { roles = new[] { "support" } }, second)).Headers.ETag!.ToString();
        await (await http.UpdateUserAsync(id, new { roles = new[] { "admin" } }, second)).ShouldBeProblemAsync(412, "precondition_failed");

        await (await http.DeleteUserAsync(id, third)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_sixteen_concurrent_changes_with_the_same_tag_one_wins(bool roles)
    {
        var admins = await app.ReplaceAdminsAsync(4);
        var user = await app.QuickUserAsync();
        await app.GrantRoleAsync(user.Id, "support");
        var tag = await admins[0].Http.EntityTagAsync(user.Id);

        var answers = await Concurrently.StatusesAsync(16, index => roles
            ? admins[index % 4].Http.UpdateUserAsync(user.Id, new { roles = index % 2 == 0 ? new[] { "admin" } : [] }, tag)
            : admins[index % 4].Http.UpdateUserAsync(user.Id, new { subscription_tier = index % 2 == 0 ? "pro" : "enterprise" }, tag));

        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.PreconditionFailed));
        Assert.Equal(1L, await app.CountEventsAsync("user.updated", user.Id));
    }

    [Fact]
    public async Task Of_sixteen_concurrent_deletions_and_changes_with_the_same_tag_one_wins()
    {
        var (_, http) = await app.QuickStaffAsync();
        var user = await app.QuickUserAsync();
        var tag = await http.EntityTagAsync(user.Id);

        var answers = await Concurrently.StatusesAsync(
            16, index => index % 2 == 0 ? http.DeleteUserAsync(user.Id, tag) : http.UpdateUserAsync(user.Id, new { is_verified = true }, tag));

        Assert.Single(answers, status => status is HttpStatusCode.OK or HttpStatusCode.NoContent);
        Assert.All(
            answers.Where(status => status is not (HttpStatusCode.OK or HttpStatusCode.NoContent)),
            status => Assert.Contains(status, new[] { HttpStatusCode.PreconditionFailed, HttpStatusCode.NotFound }));
    }
}
