using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Accounts;

public sealed class ParallelRegisterTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <remarks>The database enforces uniqueness, because a check in code alone would let concurrent requests through.</remarks>
    [Fact]
    public async Task Sixteen_concurrent_registrations_of_one_email_create_one_account()
    {
        string[] spellings = ["Race.One@example.com", "race.one@example.com", "RACE.ONE@EXAMPLE.COM", " race.One@Example.com "];

        var answers = await Concurrently.StatusesAsync(16, index =>
            app.Anonymous().PostAsync("/api/v1/auth/register", new { email = spellings[index % 4], password = TestUser.DefaultPassword }));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.Conflict));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE lower(email) = 'race.one@example.com'"));
    }
}
