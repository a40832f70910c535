namespace Cortex.IdentityServer.Tests.Admin.Users;

public sealed class ListPagingTests(PeopleApp app) : IClassFixture<PeopleApp>
{
    [Fact]
    public async Task Paging_returns_every_user_once_while_users_are_added_and_changed()
    {
        var seen = new List<string>();
        string? cursor = null;
        for (var page = 0; page == 0 || cursor is not null; page++)
        {
            var answer = await app.Admin.PageAsync("limit=10&sort=created_at" + (cursor is null ? "" : "&cursor=" + cursor));
            seen.AddRange(answer.Emails());
            cursor = answer.GetProperty("next_cursor").GetString();
            await app.RegisterAsync($"late{page}@example.net");
            await app.SqlAsync($"UPDATE users SET is_verified = NOT is_verified WHERE email LIKE 'Person{page % 4}%'");
        }

        var people = seen.Where(email => email.StartsWith("Person", StringComparison.Ordinal)).ToList();
        Assert.Equal(60, people.Count);
        Assert.Equal(60, people.Distinct().Count());
        Assert.DoesNotContain(seen, email => email.StartsWith("late", StringComparison.Ordinal));
    }
}
